/* SPDX-License-Identifier: Apache-2.0 */
/* Programs as users wrote them for several versions of ESP-IDF. */
#ifndef USER_CODE_H
#define USER_CODE_H

#ifdef __cplusplus
extern "C" {
#endif

void user_code_v43(void);
void user_code_v44(void);
void user_code_v51(void);
void user_code_v53(void);
void user_code_v60(void);
void user_code_cxx(void);

#ifdef __cplusplus
}
#endif

#endif
