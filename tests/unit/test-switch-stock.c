/* test-switch-stock.c - stock guests: the "daemon" protocol, version 3, spoken to a real vbet-switch. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "switch/stock-protocol.h"
#include "unit/switch-fixture.h"

/* --- the protocol's bytes ---------------------------------------------------------------------- */

/* A request as a stock guest's kernel writes it: much of the name is whatever was in memory. */
static void
make_request (guint8 request[VBET_STOCK_REQUEST], guint8 fill, const struct sockaddr_un *address)
{
  guint32 words[] = { 0xfeedface, 3, 0 };
  memset (request, fill, VBET_STOCK_REQUEST);
  memcpy (request, words, sizeof words);
  memcpy (request + 12, address, sizeof *address);
}

static void
make_address (struct sockaddr_un *address, guint number)
{
  int words[] = { (int)getpid (), (int)number };
  memset (address, 0x5a, sizeof *address);
  address->sun_family = AF_UNIX;
  memset (address->sun_path, 0, 4);
  memcpy (address->sun_path + 4, words, sizeof words);
}

static void
test_parse (void)
{
  struct sockaddr_un address;
  guint8 bytes[VBET_STOCK_REQUEST + 1];
  VbetStockRequest request;
  make_address (&address, 1);
  make_request (bytes, 0, &address);
  CU_ASSERT_EQUAL (vbet_stock_request_parse (bytes, VBET_STOCK_REQUEST, &request), 0);
  CU_ASSERT_EQUAL (request.length, 110);
  CU_ASSERT_EQUAL (memcmp (&request.address, &address, 110), 0);
  CU_ASSERT_EQUAL (vbet_stock_request_parse (bytes, sizeof bytes, &request), 0);
  for (guint size = 0; size < VBET_STOCK_REQUEST; size++) {
    g_autofree guint8 *cut = g_memdup2 (bytes, size);
    CU_ASSERT_EQUAL (vbet_stock_request_parse (cut, size, &request), -EAGAIN);
  }
  bytes[1] ^= 1;
  CU_ASSERT_EQUAL (vbet_stock_request_parse (bytes, 1, &request), -EAGAIN);
  CU_ASSERT_EQUAL (vbet_stock_request_parse (bytes, 2, &request), -EPROTO);
  bytes[1] ^= 1;
  bytes[4] = 2;
  CU_ASSERT_EQUAL (vbet_stock_request_parse (bytes, 5, &request), -EPROTONOSUPPORT);
  bytes[4] = 3;
  bytes[8] = 1;
  CU_ASSERT_EQUAL (vbet_stock_request_parse (bytes, VBET_STOCK_REQUEST, &request), -EPROTONOSUPPORT);
  bytes[8] = 0;
  bytes[14] = '/';
  CU_ASSERT_EQUAL (vbet_stock_request_parse (bytes, VBET_STOCK_REQUEST, &request), -EADDRNOTAVAIL);
}

static void
test_reply (void)
{
  struct sockaddr_un address;
  static const guint8 name[16] = { 0xab, 1, [15] = 0xff };
  vbet_stock_reply_make (name, &address);
  CU_ASSERT_EQUAL (address.sun_family, AF_UNIX);
  CU_ASSERT_EQUAL (address.sun_path[0], '\0');
  VBET_ASSERT_TEXT (address.sun_path + 1, "vbet-switch-ab0100000000000000000000000000ff");
}

/* --- a stock guest ---------------------------------------------------------------------------------- */

typedef struct {
  int control;
  int data;
  struct sockaddr_un own;
  struct sockaddr_un peer; /* the switch's data socket */
} Stock;

static void
stock_open (SwitchFixture *f, Stock *stock, guint number)
{
  g_autofree char *path = sw_socket_path (f, "sw.ctl");
  make_address (&stock->own, number);
  stock->data = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  CU_ASSERT_EQUAL_FATAL (bind (stock->data, (struct sockaddr *)&stock->own, sizeof stock->own), 0);
  stock->control = sw_connect_path (path, SOCK_STREAM);
}

static void
stock_ask (Stock *stock)
{
  guint8 request[VBET_STOCK_REQUEST];
  make_request (request, 0xee, &stock->own);
  CU_ASSERT_EQUAL (send (stock->control, request, sizeof request, MSG_NOSIGNAL), (ssize_t)sizeof request);
}

/* Returns: bytes of the reply; 0 when the switch hung up; -errno. */
static gssize
stock_answer (Stock *stock)
{
  guint8 reply[4096];
  gssize n = sw_receive (stock->control, reply, sizeof reply);
  if (n == VBET_STOCK_REPLY)
    memcpy (&stock->peer, reply, sizeof stock->peer);
  return n;
}

static void
stock_join (SwitchFixture *f, Stock *stock, guint number)
{
  stock_open (f, stock, number);
  stock_ask (stock);
  CU_ASSERT_EQUAL_FATAL (stock_answer (stock), VBET_STOCK_REPLY);
}

static void
stock_close (Stock *stock)
{
  close (stock->control);
  close (stock->data);
}

static int
stock_put (Stock *stock, guint8 destination, guint8 source, guint32 marker, guint size)
{
  guint8 data[4000];
  sw_fill_frame (data, size, destination, source, marker);
  return sendto (stock->data, data, size, MSG_DONTWAIT, (struct sockaddr *)&stock->peer, sizeof stock->peer)
                 == (ssize_t)size
             ? 0
             : errno;
}

/* A switch "sw" with a control socket and a guest "h" in its port 1. Returns: the guest's NIC. */
static int
add_switch (SwitchFixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = sw_socket_path (f, "sw.ctl");
  CU_ASSERT_TRUE_FATAL (vbet_switch_client_add_bridge (f->client, "sw", "switch", 300, path, &error));
  CU_ASSERT_TRUE (vbet_switch_client_add_bridge_port (f->client, "sw", 1, "sw", &error));
  sw_add_guest (f, "h");
  sw_plug (f, "k", "h", 1, "sw", 1);
  int fd = sw_link_up (f, "h");
  UNTIL (f->connects == 1);
  sw_state (f);
  return fd;
}

static guint
stocks (SwitchFixture *f)
{
  return vbet_switch_state_find_bridge (sw_state (f), "sw")->stock_guests;
}

static void
end (SwitchFixture *f, int host)
{
  close (host);
  UNTIL (f->closes == 1);
  sw_teardown (f);
}

/* --- tests ---------------------------------------------------------------------------------------------- */

static void
test_joins (void)
{
  SwitchFixture f;
  Stock a;
  Stock b;
  guint32 marker = 0;
  sw_setup (&f);
  int host = add_switch (&f);
  stock_join (&f, &a, 1);
  stock_join (&f, &b, 2);
  CU_ASSERT_EQUAL (stocks (&f), 2);
  CU_ASSERT_EQUAL (stock_put (&a, 0xff, 1, 10, 60), 0); /* unknown: to both others */
  CU_ASSERT_EQUAL (sw_get (host, &marker), 60);
  CU_ASSERT_EQUAL (sw_get (b.data, &marker), 60);
  CU_ASSERT_EQUAL (marker, 10);
  CU_ASSERT_EQUAL (sw_put (host, 1, 2, 11, 1514), 0);
  CU_ASSERT_EQUAL (sw_get (a.data, &marker), 1514);
  CU_ASSERT_EQUAL (marker, 11);
  CU_ASSERT_EQUAL (stock_put (&b, 1, 3, 12, 60), 0);
  CU_ASSERT_EQUAL (sw_get (a.data, &marker), 60);
  CU_ASSERT_EQUAL (sw_get_within (host, &marker, 0), -EAGAIN);
  /* nobody else may send into its port */
  CU_ASSERT_NOT_EQUAL (sendto (b.data, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&a.peer, sizeof a.peer), 1);
  close (a.control);
  UNTIL (stocks (&f) == 1);
  CU_ASSERT_NOT_EQUAL (stock_put (&a, 2, 1, 13, 60), 0);
  close (a.data);
  stock_close (&b);
  UNTIL (stocks (&f) == 0);
  end (&f, host);
}

/* The kernel queues some ten datagrams for a socket; what a burst has beyond waits in the switch. */
static void
test_burst (void)
{
  SwitchFixture f;
  Stock a;
  guint32 marker = 0;
  sw_setup (&f);
  int host = add_switch (&f);
  stock_join (&f, &a, 1);
  for (guint i = 0; i < 800; i++)
    UNTIL (sw_put (host, 1, 2, i, 500) == 0);
  for (guint i = 0; i < 800; i++) {
    CU_ASSERT_EQUAL_FATAL (sw_get (a.data, &marker), 500);
    CU_ASSERT_EQUAL_FATAL (marker, i);
  }
  stock_close (&a);
  UNTIL (stocks (&f) == 0);
  end (&f, host);
}

static void
test_garbage (void)
{
  SwitchFixture f;
  Stock stock;
  guint8 request[4096];
  sw_setup (&f);
  int host = add_switch (&f);
  GPid pid = vbet_switch_client_get_pid (f.client);
  /* not the protocol at all; another version; a name in the file system; another address family */
  static const struct {
    guint offset;
    guint8 byte;
  } wrong[] = { { 0, 'G' }, { 4, 2 }, { 8, 9 }, { 14, '/' }, { 12, AF_INET } };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    stock_open (&f, &stock, i);
    make_request (request, 0, &stock.own);
    request[wrong[i].offset] = wrong[i].byte;
    CU_ASSERT_EQUAL (send (stock.control, request, VBET_STOCK_REQUEST, MSG_NOSIGNAL), VBET_STOCK_REQUEST);
    gssize n = stock_answer (&stock);
    CU_ASSERT_TRUE (n == 0 || n == -ECONNRESET);
    stock_close (&stock);
  }
  /* a data socket that is not there */
  stock_open (&f, &stock, 50);
  close (stock.data);
  stock_ask (&stock);
  gssize n = stock_answer (&stock);
  CU_ASSERT_TRUE (n == 0 || n == -ECONNRESET);
  close (stock.control);
  /* cut off in the middle */
  stock_open (&f, &stock, 51);
  make_request (request, 0, &stock.own);
  CU_ASSERT_EQUAL (send (stock.control, request, 77, MSG_NOSIGNAL), 77);
  stock_close (&stock);
  /* a joined guest that then talks without end */
  stock_join (&f, &stock, 52);
  memset (request, 'x', sizeof request);
  for (guint i = 0; i < 50; i++)
    UNTIL (send (stock.control, request, sizeof request, MSG_DONTWAIT | MSG_NOSIGNAL) > 0);
  CU_ASSERT_EQUAL (stock_put (&stock, 2, 1, 5, 60), 0);
  guint32 marker = 0;
  CU_ASSERT_EQUAL (sw_get (host, &marker), 60);
  stock_close (&stock);
  UNTIL (stocks (&f) == 0);
  CU_ASSERT_EQUAL (vbet_switch_client_get_pid (f.client), pid);
  end (&f, host);
}

/* A request that comes byte by byte is one, too. */
static void
test_in_pieces (void)
{
  SwitchFixture f;
  Stock stock;
  guint8 request[VBET_STOCK_REQUEST];
  sw_setup (&f);
  int host = add_switch (&f);
  stock_open (&f, &stock, 1);
  make_request (request, 0, &stock.own);
  for (guint i = 0; i < sizeof request; i++) {
    CU_ASSERT_EQUAL (send (stock.control, request + i, 1, MSG_NOSIGNAL), 1);
    if (i % 40 == 0)
      CU_ASSERT_EQUAL (stocks (&f), 0); /* and the switch has had its turn */
  }
  CU_ASSERT_EQUAL (stock_answer (&stock), VBET_STOCK_REPLY);
  stock_close (&stock);
  UNTIL (stocks (&f) == 0);
  end (&f, host);
}

/* Connections that say nothing make room for one that does. */
static void
test_silent_flood (void)
{
  enum { FLOOD = 150 };
  SwitchFixture f;
  Stock silent[FLOOD];
  Stock stock;
  sw_setup (&f);
  int host = add_switch (&f);
  stock_join (&f, &stock, 1);
  for (guint i = 0; i < FLOOD; i++)
    stock_open (&f, &silent[i], 100 + i);
  Stock late;
  stock_join (&f, &late, 2);
  CU_ASSERT_EQUAL (stocks (&f), 2);
  guint32 marker = 0;
  CU_ASSERT_EQUAL (stock_put (&stock, 9, 1, 5, 60), 0); /* the first was not pushed out */
  CU_ASSERT_EQUAL (sw_get (late.data, &marker), 60);
  for (guint i = 0; i < FLOOD; i++)
    stock_close (&silent[i]);
  stock_close (&stock);
  stock_close (&late);
  UNTIL (stocks (&f) == 0);
  end (&f, host);
}

static void
test_too_many (void)
{
  enum { MANY = 70 };
  SwitchFixture f;
  Stock stock[MANY];
  guint answered = 0;
  sw_setup (&f);
  int host = add_switch (&f);
  for (guint i = 0; i < MANY; i++) {
    stock_open (&f, &stock[i], i);
    guint8 request[VBET_STOCK_REQUEST];
    make_request (request, 0, &stock[i].own);
    send (stock[i].control, request, sizeof request, MSG_NOSIGNAL);
    if (stock_answer (&stock[i]) == VBET_STOCK_REPLY)
      answered++;
  }
  CU_ASSERT_EQUAL (answered, 64);
  for (guint i = 0; i < MANY; i++)
    stock_close (&stock[i]);
  UNTIL (stocks (&f) == 0);
  stock_join (&f, &stock[0], 0);
  stock_close (&stock[0]);
  UNTIL (stocks (&f) == 0);
  end (&f, host);
}

static void
test_survives_the_switch (void)
{
  SwitchFixture f;
  Stock stock;
  Stock waiting;
  guint32 marker = 0;
  sw_setup (&f);
  int host = add_switch (&f);
  stock_join (&f, &stock, 1);
  UNTIL (stocks (&f) == 1);
  CU_ASSERT_EQUAL (kill (vbet_switch_client_get_pid (f.client), SIGKILL), 0);
  CU_ASSERT_EQUAL (stock_put (&stock, 2, 1, 5, 60), 0); /* nobody there, but it is taken */
  stock_open (&f, &waiting, 2);                         /* asks while there is no switch */
  stock_ask (&waiting);
  UNTIL (f.restarts == 1);
  CU_ASSERT_EQUAL (stock_answer (&waiting), VBET_STOCK_REPLY);
  CU_ASSERT_EQUAL (sw_get (host, &marker), 60);
  CU_ASSERT_EQUAL (marker, 5);
  CU_ASSERT_EQUAL (stock_put (&stock, 2, 1, 6, 60), 0);
  CU_ASSERT_EQUAL (sw_get (host, &marker), 60);
  CU_ASSERT_EQUAL (sw_put (host, 1, 2, 7, 60), 0);
  do {
    CU_ASSERT_EQUAL_FATAL (sw_get (stock.data, &marker), 60);
  } while (marker != 7);
  guint8 byte;
  CU_ASSERT_EQUAL (recv (stock.control, &byte, 1, MSG_DONTWAIT), -1); /* open, and no second reply */
  CU_ASSERT_EQUAL (errno, EAGAIN);
  CU_ASSERT_EQUAL (stocks (&f), 2);
  stock_close (&stock);
  stock_close (&waiting);
  UNTIL (stocks (&f) == 0);
  end (&f, host);
}

static void
test_bridge_removed (void)
{
  SwitchFixture f;
  Stock stock;
  Stock silent;
  g_autoptr (GError) error = NULL;
  sw_setup (&f);
  int host = add_switch (&f);
  stock_join (&f, &stock, 1);
  stock_open (&f, &silent, 2);
  UNTIL (stocks (&f) == 1);
  CU_ASSERT_TRUE (vbet_switch_client_remove_bridge (f.client, "sw", &error));
  CU_ASSERT_EQUAL (stock_answer (&stock), 0);
  gssize n = stock_answer (&silent);
  CU_ASSERT_TRUE (n == 0 || n == -ECONNRESET);
  stock_close (&stock);
  stock_close (&silent);
  end (&f, host);
}

static CU_TestInfo protocol_tests[] = {
  { "a request, whole and cut", test_parse },
  { "a reply", test_reply },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo stock_tests[] = {
  { "joins and leaves", test_joins },
  { "a burst waits in the switch", test_burst },
  { "garbage", test_garbage },
  { "a request in pieces", test_in_pieces },
  { "a flood of silent connections", test_silent_flood },
  { "too many guests", test_too_many },
  { "survives the switch", test_survives_the_switch },
  { "the bridge is removed", test_bridge_removed },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "protocol", NULL, NULL, NULL, NULL, protocol_tests },
  { "stock guests", NULL, NULL, NULL, NULL, stock_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
