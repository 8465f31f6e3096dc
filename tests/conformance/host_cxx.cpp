// SPDX-License-Identifier: Apache-2.0
// The conformance test that is a C++ program, on a PC.
extern "C" {
#include "runner.h"
#include "user_code.h"
}

namespace
{

const test_case cases[] = {
    {"user code in C++", user_code_cxx},
    {nullptr, nullptr},
};

} // namespace

int main(int argc, char **argv)
{
    const runner_suite suites[] = {{cases, RUNNER_VARIANTS}, {nullptr, RUNNER_BARE}};

    return runner_main(argc, argv, "conformance in C++", suites);
}
