/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the parts of the AHB-GDMA v1 model work together.
 *
 *   ahb_gdma_v1.c       registers, events and interrupt lines, gates
 *   ahb_gdma_v1_bus.c   the bus master that all channels share: who is next, how long it takes
 *   ahb_gdma_v1_list.c  the descriptor state machine, the same for both directions
 *   ahb_gdma_v1_data.c  data from memory into the FIFO and from there to memory
 *   ahb_gdma_v1_external.c  external RAM, where the chip has it
 *   ahb_gdma_v1_c3.c    register table and facts of the C3 layout
 *   ahb_gdma_v1_s3.c    likewise of the S3 layout
 *
 * A pair has two sides, transmit and receive, with a FIFO between them. A side wants at most one
 * transfer on the bus at a time; the bus grants one, and when its time is over the transfer has its
 * effect and the side changes its state.
 */
#ifndef SIM_MODELS_AHB_GDMA_V1_INTERNAL_H
#define SIM_MODELS_AHB_GDMA_V1_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/ahb_gdma_v1.h"

/* Descriptor words (descriptor.md, Layout). */
#define GDMA_DW0_FIELD        UINT32_C(0xFFF)
#define GDMA_DW0_LENGTH_SHIFT 12u
#define GDMA_DW0_RESERVED     UINT32_C(0x2F000000)
#define GDMA_DW0_SUC_EOF      (UINT32_C(1) << 30)
#define GDMA_DW0_OWNER        (UINT32_C(1) << 31)

enum gdma_register {
    GDMA_INT_RAW, /* the index of interrupt registers is gdma_block_index() */
    GDMA_INT_ST,
    GDMA_INT_ENA,
    GDMA_INT_CLR,
    GDMA_AHB_TEST,
    GDMA_MISC_CONF,
    GDMA_DATE,
    GDMA_IN_CONF0,
    GDMA_IN_CONF1,
    GDMA_INFIFO_STATUS,
    GDMA_IN_POP,
    GDMA_IN_LINK,
    GDMA_IN_STATE,
    GDMA_IN_SUC_EOF_DES_ADDR,
    GDMA_IN_ERR_EOF_DES_ADDR,
    GDMA_IN_DSCR,
    GDMA_IN_DSCR_BF0,
    GDMA_IN_DSCR_BF1,
    GDMA_IN_PRI,
    GDMA_IN_PERI_SEL,
    GDMA_OUT_CONF0,
    GDMA_OUT_CONF1,
    GDMA_OUTFIFO_STATUS,
    GDMA_OUT_PUSH,
    GDMA_OUT_LINK,
    GDMA_OUT_STATE,
    GDMA_OUT_EOF_DES_ADDR,
    GDMA_OUT_EOF_BFR_DES_ADDR,
    GDMA_OUT_DSCR,
    GDMA_OUT_DSCR_BF0,
    GDMA_OUT_DSCR_BF1,
    GDMA_OUT_PRI,
    GDMA_OUT_PERI_SEL,
    /* S3 only. */
    GDMA_IN_WEIGHT,
    GDMA_OUT_WEIGHT,
    GDMA_IN_SRAM_SIZE,
    GDMA_OUT_SRAM_SIZE,
    GDMA_PD_CONF,
    GDMA_EXTMEM_REJECT_ADDR,
    GDMA_EXTMEM_REJECT_ST,
    GDMA_EXTMEM_REJECT_INT_RAW,
    GDMA_EXTMEM_REJECT_INT_ST,
    GDMA_EXTMEM_REJECT_INT_ENA,
    GDMA_EXTMEM_REJECT_INT_CLR,
    GDMA_REGISTER_COUNT,
};

/* Bits that are at the same place in all layouts. */
#define GDMA_IN_RST            (UINT32_C(1) << 0)
#define GDMA_IN_LOOP_TEST      (UINT32_C(1) << 1)
#define GDMA_INDSCR_BURST_EN   (UINT32_C(1) << 2)
#define GDMA_IN_DATA_BURST_EN  (UINT32_C(1) << 3)
#define GDMA_MEM_TRANS_EN      (UINT32_C(1) << 4)
#define GDMA_OUT_RST           (UINT32_C(1) << 0)
#define GDMA_OUT_LOOP_TEST     (UINT32_C(1) << 1)
#define GDMA_OUT_AUTO_WRBACK   (UINT32_C(1) << 2)
#define GDMA_OUT_EOF_MODE      (UINT32_C(1) << 3)
#define GDMA_OUTDSCR_BURST_EN  (UINT32_C(1) << 4)
#define GDMA_OUT_DATA_BURST_EN (UINT32_C(1) << 5)
#define GDMA_CHECK_OWNER       (UINT32_C(1) << 12)
#define GDMA_LINK_ADDR         UINT32_C(0xFFFFF)
#define GDMA_INLINK_AUTO_RET   (UINT32_C(1) << 20)
#define GDMA_INLINK_STOP       (UINT32_C(1) << 21)
#define GDMA_INLINK_START      (UINT32_C(1) << 22)
#define GDMA_INLINK_RESTART    (UINT32_C(1) << 23)
#define GDMA_INLINK_PARK       (UINT32_C(1) << 24)
#define GDMA_OUTLINK_STOP      (UINT32_C(1) << 20)
#define GDMA_OUTLINK_START     (UINT32_C(1) << 21)
#define GDMA_OUTLINK_RESTART   (UINT32_C(1) << 22)
#define GDMA_OUTLINK_PARK      (UINT32_C(1) << 23)
#define GDMA_AHBM_RST_INTER    (UINT32_C(1) << 0)
#define GDMA_ARB_PRI_DIS       (UINT32_C(1) << 2)
#define GDMA_PERI_SEL_NONE     UINT32_C(0x3F)

enum gdma_direction { GDMA_RECEIVE, GDMA_TRANSMIT, GDMA_DIRECTIONS };

/* Where the two directions keep what they both have. */
struct gdma_direction_facts {
    const char *name;
    enum gdma_register conf0;
    enum gdma_register conf1;
    enum gdma_register link;
    enum gdma_register dscr;
    enum gdma_register dscr_bf0;
    enum gdma_register dscr_bf1;
    enum gdma_register priority;
    uint32_t rst;
    uint32_t loop_test;
    uint32_t dscr_burst;
    uint32_t data_burst;
    uint32_t stop;
    uint32_t start;
    uint32_t restart;
    uint32_t park;
    enum gdma_event error;
};
extern const struct gdma_direction_facts gdma_directions[GDMA_DIRECTIONS];

enum gdma_state {
    GDMA_PARKED,     /* the list state machine is idle */
    GDMA_FETCH,      /* wants the descriptor at fetch_address */
    GDMA_DATA,       /* moves the data of the current item */
    GDMA_WRITE_BACK, /* wants to give the current descriptor back */
    GDMA_READ_NEXT,  /* wants the `next` word of the current descriptor */
    GDMA_HALTED,     /* an error; fetch_address is the descriptor at fault */
};

enum gdma_parked_for { GDMA_AFTER_RESET, GDMA_AT_LIST_END, GDMA_ON_REQUEST };

enum gdma_fault { GDMA_FINE, GDMA_BAD_ADDRESS, GDMA_NOT_OWNED, GDMA_BAD_BUFFER, GDMA_BAD_SIZE };

struct gdma_item {
    uint32_t address;
    uint32_t dw0;
    uint32_t buffer;
    uint32_t next;
    bool loaded;
    bool next_known;    /* `next` has been read */
    bool next_injected; /* by a planned fault */
    bool injected;      /* the fault below is the test's, not the driver's */
    enum gdma_fault fault;
    uint32_t bytes; /* transmit: to be sent; receive: the room */
    uint32_t moved;
};

/* A write-back that lands later than the hardware is inferred to let it (MACHINE_WRITE_BACK_LATE).
 */
struct gdma_late_write {
    uint32_t address;
    uint32_t dw0;
};
enum { GDMA_LATE_WRITES_MAX = 32 };

struct gdma_side {
    enum gdma_direction direction;
    uint8_t pair;
    enum gdma_state state;
    enum gdma_parked_for parked_for;
    struct gdma_item current; /* stays when the list has ended */
    struct gdma_item ahead;   /* pre-read */
    uint32_t fetch_address;
    bool fetch_injected;
    uint32_t before_address; /* of the descriptor before the current one */
    bool stop_wanted;
    bool restart_wanted;
    uint32_t restart_address;
    bool stalled;        /* by a planned fault, until RST */
    bool never_parks;    /* by a planned fault, until the block is reset */
    bool closed_by_eof;  /* receive: the current item ends with EOF */
    bool stale_eof_told; /* receive: the current item's own suc_eof has been taken for EOF */
    bool end_told;       /* transmit: OUT_TOTAL_EOF has been seen to for the current item */
    bool ahead_at_once;  /* the next descriptor is pre-read before the current one's data moves */
    bool lazy;           /* receive: the current item lets transmit go first */
    bool empty_told;     /* receive: IN_DSCR_EMPTY has been raised for this end of the list */
    struct gdma_late_write late[GDMA_LATE_WRITES_MAX];
    unsigned late_first;
    unsigned late_count;
};

struct gdma_fifo_byte {
    uint8_t value;
    bool eof;            /* the EOF marker goes with this byte */
    bool total;          /* and it ends the transmit list */
    uint32_t descriptor; /* of the marker */
    uint32_t before;     /* the descriptor before that one */
};

/* The data between the two sides. The size is an assumption (the datasheet: "L1 FIFO small"). */
enum { GDMA_FIFO_BYTES = 128, GDMA_BURST_BYTES = 16 };
/* The largest transfer: a block of external RAM. */
enum { GDMA_CHUNK_BYTES_MAX = 64 };
struct gdma_fifo {
    struct gdma_fifo_byte bytes[GDMA_FIFO_BYTES];
    unsigned first;
    unsigned count;
    bool used; /* since reset */
};

/* Bytes that were under way when a channel was reset (MACHINE_BURST_LANDS_AFTER_RESET). */
struct gdma_landing {
    uint32_t address;
    uint32_t count;
    uint8_t bytes[GDMA_CHUNK_BYTES_MAX];
};

struct gdma_pair {
    struct gdma_side sides[GDMA_DIRECTIONS];
    struct gdma_fifo fifo;
    struct gdma_landing landing;
    uint32_t delayed; /* bit n: event n rises late (FAULT_DELAY_INTERRUPT) */
};

enum gdma_transfer_kind {
    GDMA_NO_TRANSFER,
    GDMA_FETCH_CURRENT,
    GDMA_FETCH_AHEAD,
    GDMA_GIVE_BACK,
    GDMA_GET_NEXT,
    GDMA_MOVE_DATA,
};

struct gdma_transfer {
    enum gdma_transfer_kind kind;
    struct gdma_side *side;
    uint32_t address;
    uint32_t bytes;
    uint32_t cycles;
};

struct gdma {
    const struct ahb_gdma_v1_facts *facts;
    struct register_file file;
    bool clock_on;
    bool in_reset;
    bool external_open;
    uint32_t age; /* counts resets of the block: what was scheduled before one is void */
    struct gdma_pair pairs[GDMA_PAIRS_MAX];
    struct gdma_transfer transfer; /* on the bus */
    bool bus_busy;
    bool bus_woken; /* a grant is scheduled */
    unsigned last_served;
};
extern struct gdma gdma;

/* Registers. */
static inline uint32_t *gdma_register(enum gdma_register id, unsigned index)
{
    return register_file_at(&gdma.file, (unsigned)id, index);
}
static inline const struct gdma_direction_facts *gdma_side_facts(const struct gdma_side *side)
{
    return &gdma_directions[side->direction];
}
static inline struct gdma_pair *gdma_pair_of(const struct gdma_side *side)
{
    return &gdma.pairs[side->pair];
}
static inline uint32_t gdma_conf0(const struct gdma_side *side)
{
    return *gdma_register(gdma_side_facts(side)->conf0, side->pair);
}
static inline unsigned gdma_block_index(unsigned block, unsigned pair)
{
    return block * GDMA_PAIRS_MAX + pair;
}

/* An event happens: its bit rises, unless a planned fault has it otherwise. */
void gdma_raise(unsigned pair, enum gdma_event event);
/* Why the settings of a pair let no data through; NULL: they do. */
const char *gdma_why_disconnected(unsigned pair);
/* Whether [address, address + bytes) lies in the DMA window of internal RAM. */
bool gdma_reaches(uint32_t address, uint32_t bytes);

/* Bus. */
void gdma_bus_wake(void);
/* Voids a transfer that is under way for a side, or only its data transfer. */
void gdma_bus_void(const struct gdma_side *side, bool data_only);
void gdma_trace(unsigned kind, uint32_t address, uint32_t value);

/* Lists: commands, and what to do when a transfer has taken place. */
void gdma_list_start(struct gdma_side *side, uint32_t address);
void gdma_list_restart(struct gdma_side *side, uint32_t address);
void gdma_list_stop(struct gdma_side *side);
void gdma_list_reset(struct gdma_side *side);
bool gdma_list_is_parked(const struct gdma_side *side);
/* What a side's list wants of the bus; GDMA_NO_TRANSFER: nothing, but data may move. */
enum gdma_transfer_kind gdma_list_wants(struct gdma_side *side);
void gdma_list_fetched(struct gdma_side *side, bool ahead);
void gdma_list_got_next(struct gdma_side *side);
void gdma_list_gave_back(struct gdma_side *side);
/* The data of the current item has been moved. */
void gdma_list_item_moved(struct gdma_side *side);

/* Data. */
bool gdma_data_wants(const struct gdma_side *side, struct gdma_transfer *transfer);
void gdma_data_moved(const struct gdma_transfer *transfer);
/* Marks the end of the transmit list, whose last item carried EOF. */
void gdma_data_mark_total_eof(unsigned pair);
/* Raises IN_DSCR_EMPTY if data waits for a receive list that has ended. */
void gdma_data_check_empty(unsigned pair);
/* Drops what is in the FIFO; what was under way may land later. */
void gdma_data_drop(unsigned number);

/* External RAM. Whether an address, or all of a range, lies in its window. */
bool gdma_is_external(uint32_t address);
bool gdma_reaches_external(uint32_t address, uint32_t bytes);
/* The block in which a side reaches it. */
uint32_t gdma_block_bytes(const struct gdma_side *side);
bool gdma_external_is_open(void);
/* What is wrong with an item whose buffer lies in the window; NULL: nothing. */
const char *gdma_external_misuse(const struct gdma_side *side, const struct gdma_item *item);

/* Data of either memory; no more than a block of external RAM at a time. */
void gdma_read_memory(const struct gdma_side *side, uint32_t address, uint8_t *to, uint32_t bytes);
void gdma_write_memory(const struct gdma_side *side, uint32_t address, const uint8_t *from,
                       uint32_t bytes);
/* How much of memory changes where receive puts `bytes`. */
uint32_t gdma_bytes_written(const struct gdma_side *side, uint32_t address, uint32_t bytes);

#endif
