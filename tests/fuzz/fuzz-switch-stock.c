/* fuzz-switch-stock.c - a stock guest's request: accepted only when whole and right, and whole means whole.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "switch/stock-protocol.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  VbetStockRequest request;
  int result = vbet_stock_request_parse (data, size, &request);
  if (result == 0) {
    g_assert_cmpuint (size, >=, VBET_STOCK_REQUEST);
    g_assert_cmpint (request.address.sun_family, ==, AF_UNIX);
    g_assert_cmpint (request.address.sun_path[0], ==, '\0');
    g_assert_cmpuint (request.length, ==, sizeof request.address);
  } else if (result == -EAGAIN) {
    g_assert_cmpuint (size, <, VBET_STOCK_REQUEST);
  }
  /* What will never become a request is refused as soon as that is known, and not before. */
  for (size_t cut = 0; cut < size && cut <= VBET_STOCK_REQUEST; cut++) {
    VbetStockRequest ignored;
    int early = vbet_stock_request_parse (data, cut, &ignored);
    g_assert_true (early == -EAGAIN || early == result || cut >= VBET_STOCK_REQUEST);
  }
  return 0;
}
