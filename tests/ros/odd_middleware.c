/* A middleware that tells less than the guard needs, for LD_PRELOAD: what ODD names is missing in each message that is taken. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rmw/rmw.h"

typedef rmw_ret_t (*take_t)(const rmw_subscription_t *, rmw_serialized_message_t *, bool *, rmw_message_info_t *,
                            rmw_subscription_allocation_t *);

rmw_ret_t rmw_take_serialized_message_with_info(const rmw_subscription_t *subscription,
                                                rmw_serialized_message_t *message, bool *taken,
                                                rmw_message_info_t *info,
                                                rmw_subscription_allocation_t *allocation) {
    take_t take = (take_t)dlsym(RTLD_NEXT, "rmw_take_serialized_message_with_info");
    rmw_ret_t code = take(subscription, message, taken, info, allocation);
    const char *odd = getenv("ODD");
    if (strcmp(odd, "publisher") == 0) info->publisher_gid.data[15] ^= 1;
    if (strcmp(odd, "number") == 0) info->publication_sequence_number = UINT64_MAX;
    if (strcmp(odd, "silent") == 0) *taken = false;
    return code;
}
