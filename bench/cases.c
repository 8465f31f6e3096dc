/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

static const struct bench_case cases[] = {
    {BENCH_SINGLE, 64, true},    {BENCH_SINGLE, 128, true},    {BENCH_SINGLE, 256, true},
    {BENCH_SINGLE, 512, true},   {BENCH_SINGLE, 1024, true},   {BENCH_SINGLE, 2048, true},
    {BENCH_SINGLE, 4096, true},  {BENCH_SINGLE, 16384, true},  {BENCH_SINGLE, 65536, true},
    {BENCH_SINGLE, 64, false},   {BENCH_SINGLE, 128, false},   {BENCH_SINGLE, 256, false},
    {BENCH_SINGLE, 512, false},  {BENCH_SINGLE, 1024, false},  {BENCH_SINGLE, 2048, false},
    {BENCH_SINGLE, 4096, false}, {BENCH_SINGLE, 16384, false}, {BENCH_SINGLE, 65536, false},
    {BENCH_QUEUED, 64, true},    {BENCH_QUEUED, 256, true},    {BENCH_QUEUED, 1024, true},
    {BENCH_QUEUED, 4096, true},  {BENCH_QUEUED, 16384, true},  {BENCH_QUEUED, 65536, true},
    {BENCH_QUEUED, 64, false},   {BENCH_QUEUED, 256, false},   {BENCH_QUEUED, 1024, false},
    {BENCH_QUEUED, 4096, false}, {BENCH_QUEUED, 16384, false}, {BENCH_QUEUED, 65536, false},
    {BENCH_DEPTH, 64, true},     {BENCH_DEPTH, 256, true},     {BENCH_DEPTH, 1024, true},
    {BENCH_SILENT, 64, true},    {BENCH_SILENT, 1024, true},   {BENCH_SILENT, 4096, true},
    {BENCH_SILENT, 16384, true}, {BENCH_BY_CPU, 64, true},     {BENCH_BY_CPU, 1024, true},
};

const struct bench_case *bench_case_at(size_t index)
{
    return index < sizeof cases / sizeof cases[0] ? &cases[index] : NULL;
}
