/* SPDX-License-Identifier: Apache-2.0 */
/* The picture as SVG. Lengths are in pixels of its own. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "picture.h"
#include "picture_lanes.h"
#include "writer.h"

enum {
    PAGE_WIDTH = 1280,
    MARGIN = 20,
    PLOT_LEFT = 220,
    PLOT_WIDTH = PAGE_WIDTH - PLOT_LEFT - 2 * MARGIN,
    TITLE_Y = 32,
    CAPTION_Y = 52,
    LINE_HEIGHT = 17,
    LEGEND_GAP = 14, /* between a word and the next swatch */
    SWATCH = 10,
    GROUP_HEIGHT = 22,
    LANE_GAP = 5,
    ROW_HEIGHT = 14, /* of a lane without crossing spans */
    THIN_ROW_HEIGHT = 12,
    SHARE_HEIGHT = 36,
    ROWS_MAX = 16,
    AXIS_HEIGHT = 24,
    COLUMNS_MAX = PLOT_WIDTH / 2,
    TICKS_MAX = 10,
};

/* What letters take at most, on average; no font is named, so it is not known. */
#define LETTER_WIDTH       6.4
#define SMALL_LETTER_WIDTH 5.6

static const struct {
    const char *lane;
    const char *legend;
    const char *colour;
} styles[SPAN_KIND_COUNT] = {
    [SPAN_REQUEST] = {"requests", "request", "#3b6ea8"},
    [SPAN_CALL] = {"calls", "call", "#2a9d8f"},
    [SPAN_INTERRUPT] = {"interrupts", "interrupt", "#d1495b"},
    [SPAN_CALLBACK] = {"callbacks", "callback", "#8e5ea2"},
    [SPAN_REGISTERS] = {"register accesses", "register accesses", "#7a5c3e"},
    [SPAN_WRITE_BACK] = {"write-backs", "write-back", "#b8860b"},
    [SPAN_INVALIDATE] = {"invalidations", "invalidation", "#6b7a0f"},
    [SPAN_TX_ITEM] = {"transmit items", "transmit item", "#3f8f3f"},
    [SPAN_RX_ITEM] = {"receive items", "receive item", "#d9730d"},
    [SPAN_DESCRIPTOR] = {"bus: descriptors", "descriptor", "#666666"},
    [SPAN_READ] = {"bus: reads", "bus read", "#6fb36f"},
    [SPAN_WRITE] = {"bus: writes", "bus write", "#eda35c"},
};

static const char *const groups[SPAN_PLACE_COUNT] = {
    [SPAN_AT_DRIVER] = "driver",
    [SPAN_AT_CORE] = "CPU core",
    [SPAN_AT_CACHE] = "data cache",
    [SPAN_AT_CHANNEL] = "DMA channel",
};

/* Where a lane comes to lie. */
struct place {
    struct picture_lane *lane;
    bool begins_group;
    bool shares;   /* drawn as the share of time */
    unsigned rows; /* of spans side by side */
    int y;
    int height;
};

struct drawing {
    struct writer *writer;
    struct picture *picture;
    uint64_t start_ns;
    uint64_t end_ns;
    unsigned place_count;
    struct place places[PICTURE_LANES_MAX];
    int legend_bottom;
    int lanes_bottom;
};

static double x_of(const struct drawing *drawing, uint64_t time_ns)
{
    uint64_t shown_ns = time_ns < drawing->end_ns ? time_ns : drawing->end_ns;
    return PLOT_LEFT + (double)(shown_ns - drawing->start_ns) * PLOT_WIDTH /
                           (double)(drawing->end_ns - drawing->start_ns);
}

static int compare_lanes(const void *first, const void *second)
{
    const struct picture_lane *a = ((const struct place *)first)->lane;
    const struct picture_lane *b = ((const struct place *)second)->lane;
    const int keys[][2] = {
        {(int)span_facts[a->kind].place, (int)span_facts[b->kind].place},
        {(int)a->index, (int)b->index},
        {(int)a->kind, (int)b->kind},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

static int compare_marks(const void *first, const void *second)
{
    const struct picture_mark *a = first;
    const struct picture_mark *b = second;
    if (a->start_ns != b->start_ns) {
        return a->start_ns < b->start_ns ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Gives spans that cross rows of their own. Returns how many rows; 0: too many. */
static unsigned arrange_marks(struct picture_lane *lane)
{
    uint64_t row_ends_ns[ROWS_MAX] = {0};
    unsigned rows = 1;
    qsort(lane->marks, lane->count, sizeof lane->marks[0], compare_marks);
    for (size_t i = 0; i < lane->count; i++) {
        struct picture_mark *mark = &lane->marks[i];
        uint32_t row = 0;
        while (row < ROWS_MAX && row_ends_ns[row] > mark->start_ns) {
            row++;
        }
        if (row == ROWS_MAX) {
            return 0;
        }
        mark->row = row;
        row_ends_ns[row] = mark->end_ns;
        rows = rows > row + 1 ? rows : row + 1;
    }
    return rows;
}

static void arrange_lane(struct place *place)
{
    struct picture_lane *lane = place->lane;
    bool crosses = span_facts[lane->kind].crosses;
    place->rows = 0;
    if (lane->count <= PICTURE_MARKS_MAX) {
        place->rows = crosses ? arrange_marks(lane) : 1;
    }
    place->shares = place->rows == 0;
    place->height = crosses ? (int)place->rows * THIN_ROW_HEIGHT : ROW_HEIGHT;
    if (place->shares) {
        place->height = SHARE_HEIGHT;
    }
}

static int legend_width(enum span_kind kind)
{
    return SWATCH + 4 + (int)((double)strlen(styles[kind].legend) * LETTER_WIDTH) + LEGEND_GAP;
}

static bool kind_is_shown(const struct drawing *drawing, enum span_kind kind)
{
    for (unsigned i = 0; i < drawing->place_count; i++) {
        if (drawing->places[i].lane->kind == kind) {
            return true;
        }
    }
    return false;
}

/* Calls back with the place of each word of the legend. Returns the lower edge. */
static int lay_out_legend(const struct drawing *drawing,
                          void (*put)(const struct drawing *, enum span_kind, int x, int y))
{
    int x = MARGIN;
    int y = CAPTION_Y + 2 * LINE_HEIGHT + 4;
    for (enum span_kind kind = 0; kind < SPAN_KIND_COUNT; kind++) {
        if (!kind_is_shown(drawing, kind)) {
            continue;
        }
        if (x + legend_width(kind) > PAGE_WIDTH - MARGIN) {
            x = MARGIN;
            y += LINE_HEIGHT;
        }
        if (put != NULL) {
            put(drawing, kind, x, y);
        }
        x += legend_width(kind);
    }
    return y + LINE_HEIGHT;
}

static void lay_out(struct drawing *drawing)
{
    struct picture *picture = drawing->picture;
    drawing->place_count = 0;
    for (unsigned i = 0; i < picture->lane_count; i++) {
        if (picture->lanes[i].count > 0) {
            drawing->places[drawing->place_count++].lane = &picture->lanes[i];
        }
    }
    qsort(drawing->places, drawing->place_count, sizeof drawing->places[0], compare_lanes);
    drawing->legend_bottom = lay_out_legend(drawing, NULL);
    int y = drawing->legend_bottom;
    for (unsigned i = 0; i < drawing->place_count; i++) {
        struct place *place = &drawing->places[i];
        const struct picture_lane *before = i == 0 ? NULL : place[-1].lane;
        arrange_lane(place);
        place->begins_group = before == NULL || before->index != place->lane->index ||
                              span_facts[before->kind].place != span_facts[place->lane->kind].place;
        y += place->begins_group ? GROUP_HEIGHT : 0;
        place->y = y;
        y += place->height + LANE_GAP;
    }
    drawing->lanes_bottom = y;
}

static void put_legend(const struct drawing *drawing, enum span_kind kind, int x, int y)
{
    writer_print(drawing->writer,
                 "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>"
                 "<text x=\"%d\" y=\"%d\">%s</text>\n",
                 x, y, SWATCH, SWATCH, styles[kind].colour, x + SWATCH + 4, y + SWATCH - 1,
                 styles[kind].legend);
}

static void put_head(const struct drawing *drawing, const struct picture_caption *caption)
{
    int height = drawing->lanes_bottom + AXIS_HEIGHT + 3 * LINE_HEIGHT;
    writer_print(drawing->writer,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                 "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\" "
                 "fill=\"#222222\">\n<title>%s</title>\n",
                 PAGE_WIDTH, height, PAGE_WIDTH, height, caption->title);
    writer_print(drawing->writer, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n");
    writer_print(drawing->writer,
                 "<text x=\"%d\" y=\"%d\" font-size=\"18\" font-weight=\"bold\">%s</text>\n",
                 MARGIN, TITLE_Y, caption->title);
    for (int i = 0; i < 2; i++) {
        writer_print(drawing->writer, "<text x=\"%d\" y=\"%d\" font-size=\"12\">%s</text>\n",
                     MARGIN, CAPTION_Y + i * LINE_HEIGHT, caption->lines[i]);
    }
    (void)lay_out_legend(drawing, put_legend);
}

/* The step between ticks: 1, 2 or 5 times a power of ten, in nanoseconds. */
static uint64_t tick_step(uint64_t range_ns)
{
    uint64_t step_ns = 1;
    for (unsigned i = 0; range_ns / step_ns > TICKS_MAX; i++) {
        step_ns = i % 3 == 1 ? step_ns / 2 * 5 : step_ns * 2;
    }
    return step_ns;
}

static void put_axis(const struct drawing *drawing)
{
    enum { NS_PER_US = 1000, NS_PER_MS = 1000000 };
    uint64_t step_ns = tick_step(drawing->end_ns - drawing->start_ns);
    bool in_ms = step_ns >= NS_PER_MS;
    double unit_ns = in_ms ? NS_PER_MS : NS_PER_US;
    int decimals = in_ms || step_ns >= NS_PER_US ? 0 : step_ns >= 100 ? 1 : step_ns >= 10 ? 2 : 3;
    int top = drawing->legend_bottom + 4;
    uint64_t first_ns = (drawing->start_ns + step_ns - 1) / step_ns * step_ns;
    for (uint64_t tick_ns = first_ns; tick_ns <= drawing->end_ns; tick_ns += step_ns) {
        double x = x_of(drawing, tick_ns);
        writer_print(drawing->writer,
                     "<path d=\"M%.1f %dV%d\" stroke=\"#dddddd\"/><text x=\"%.1f\" y=\"%d\" "
                     "text-anchor=\"middle\">%.*f %s</text>\n",
                     x, top, drawing->lanes_bottom + 4, x, drawing->lanes_bottom + 17, decimals,
                     (double)tick_ns / unit_ns, in_ms ? "ms" : "us");
    }
    writer_print(drawing->writer, "<path d=\"M%d %dH%d\" stroke=\"#888888\"/>\n", PLOT_LEFT,
                 drawing->lanes_bottom, PLOT_LEFT + PLOT_WIDTH);
}

/* What the pointer shows over a mark. */
static void put_tooltip(const struct drawing *drawing, const struct picture_lane *lane,
                        const struct picture_mark *mark)
{
    const struct span_facts *facts = &span_facts[lane->kind];
    writer_print(drawing->writer, "<title>%s", facts->name);
    if (facts->number != NULL) {
        writer_print(drawing->writer, ", %s %" PRIu64, facts->number, mark->number);
    }
    if (facts->counts[0] != NULL) {
        writer_print(drawing->writer, ", %" PRIu32 " %s", mark->count, facts->counts[0]);
    }
    writer_print(drawing->writer, ": %.3f us to %.3f us</title>", (double)mark->start_ns / 1000,
                 (double)mark->end_ns / 1000);
}

/* Writes on a mark what fits there. */
static void put_mark_text(const struct drawing *drawing, const struct picture_lane *lane,
                          const struct picture_mark *mark, const double box[3])
{
    char texts[2][48] = {"", ""};
    if (!span_facts[lane->kind].crosses) {
        return;
    }
    if (lane->kind == SPAN_REQUEST) {
        (void)snprintf(texts[0], sizeof texts[0], "%" PRIu64 ": %" PRIu32 " bytes", mark->number,
                       mark->count);
        (void)snprintf(texts[1], sizeof texts[1], "%" PRIu64, mark->number);
    } else {
        (void)snprintf(texts[0], sizeof texts[0], "%" PRIu32 " bytes", mark->count);
        (void)snprintf(texts[1], sizeof texts[1], "%" PRIu32, mark->count);
    }
    for (size_t i = 0; i < 2; i++) {
        if ((double)strlen(texts[i]) * SMALL_LETTER_WIDTH + 6 <= box[2]) {
            writer_print(drawing->writer,
                         "<text x=\"%.1f\" y=\"%.1f\" font-size=\"9\" fill=\"#ffffff\">%s</text>",
                         box[0] + 3, box[1] + THIN_ROW_HEIGHT - 4, texts[i]);
            return;
        }
    }
}

static void put_marks(const struct drawing *drawing, const struct place *place)
{
    const struct picture_lane *lane = place->lane;
    const double width_min = 0.8;
    for (size_t i = 0; i < lane->count; i++) {
        const struct picture_mark *mark = &lane->marks[i];
        double x = x_of(drawing, mark->start_ns);
        double width = x_of(drawing, mark->end_ns) - x;
        double y = place->y + (int)mark->row * THIN_ROW_HEIGHT;
        width = width < width_min ? width_min : width;
        writer_print(
            drawing->writer,
            "<g><rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\" fill=\"%s\"%s>", x, y,
            width, (span_facts[lane->kind].crosses ? THIN_ROW_HEIGHT : ROW_HEIGHT) - 1,
            styles[lane->kind].colour, width > 6 ? " stroke=\"#ffffff\" stroke-width=\"0.6\"" : "");
        put_tooltip(drawing, lane, mark);
        writer_print(drawing->writer, "</rect>");
        put_mark_text(drawing, lane, mark, (const double[]){x, y, width});
        writer_print(drawing->writer, "</g>\n");
    }
}

struct columns {
    size_t count;
    uint64_t width_ns;
    double shares[COLUMNS_MAX];
    double largest;
};

/* Gathers bins into columns that are wide enough to be seen. */
static void gather_columns(const struct drawing *drawing, const struct picture_lane *lane,
                           struct columns *columns)
{
    uint64_t bin_ns = drawing->picture->bin_ns;
    uint64_t range_ns = drawing->end_ns - drawing->start_ns;
    size_t bin_count = (size_t)((range_ns - 1) / bin_ns) + 1;
    if (bin_count > PICTURE_BINS) {
        bin_count = PICTURE_BINS;
    }
    size_t bins_each = (bin_count + COLUMNS_MAX - 1) / COLUMNS_MAX;
    columns->width_ns = bins_each * bin_ns;
    columns->count = (bin_count + bins_each - 1) / bins_each;
    columns->largest = 0;
    for (size_t i = 0; i < columns->count; i++) {
        uint64_t taken_ns = 0;
        uint64_t before_ns = i * columns->width_ns;
        uint64_t width_ns = range_ns - before_ns < columns->width_ns ? range_ns - before_ns
                                                                     : columns->width_ns;
        for (size_t bin = i * bins_each; bin < (i + 1) * bins_each && bin < bin_count; bin++) {
            taken_ns += lane->bins_ns[bin];
        }
        columns->shares[i] = (double)taken_ns / (double)width_ns;
        if (columns->shares[i] > 1 && !span_facts[lane->kind].crosses) {
            columns->shares[i] = 1; /* the last one has spans that go on behind the window */
        }
        columns->largest = columns->largest > columns->shares[i] ? columns->largest
                                                                 : columns->shares[i];
    }
}

/* Returns the share that the full height stands for: where several spans run at a time, the most
 * that did; else the least step, of 100, 50, 20, 10 % and so on, that nothing exceeds. */
static double full_share(const struct columns *columns)
{
    static const double steps[] = {0.5, 0.2, 0.1, 0.05, 0.02, 0.01};
    double full = columns->largest > 1 ? columns->largest : 1;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && columns->largest <= steps[i]; i++) {
        full = steps[i];
    }
    return full;
}

static void put_scale(const struct drawing *drawing, const struct place *place, double full)
{
    char text[32];
    if (full > 1) {
        (void)snprintf(text, sizeof text, "%.1f at a time", full);
    } else {
        (void)snprintf(text, sizeof text, "%.0f %%", full * 100);
    }
    for (int i = 0; i < 2; i++) {
        writer_print(drawing->writer,
                     "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"9\" "
                     "fill=\"#666666\">%s</text>\n",
                     PLOT_LEFT - 6, i == 0 ? place->y + 8 : place->y + place->height,
                     i == 0 ? text : "0");
    }
}

static void put_shares(const struct drawing *drawing, const struct place *place)
{
    struct columns columns;
    gather_columns(drawing, place->lane, &columns);
    double full = full_share(&columns);
    int bottom = place->y + place->height;
    writer_print(drawing->writer,
                 "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" "
                 "stroke=\"#cccccc\" stroke-width=\"0.6\"/>\n",
                 PLOT_LEFT, place->y, PLOT_WIDTH, place->height);
    writer_print(drawing->writer, "<path fill=\"%s\" d=\"M%d %d", styles[place->lane->kind].colour,
                 PLOT_LEFT, bottom);
    for (size_t i = 0; i < columns.count; i++) {
        double share = columns.shares[i] > full ? 1 : columns.shares[i] / full;
        writer_print(drawing->writer, "V%.1fH%.1f", bottom - share * place->height,
                     x_of(drawing, drawing->start_ns + (i + 1) * columns.width_ns));
    }
    writer_print(drawing->writer, "V%dZ\"/>\n", bottom);
    put_scale(drawing, place, full);
}

static void put_group(const struct drawing *drawing, const struct place *place)
{
    enum span_place where = span_facts[place->lane->kind].place;
    char index[16] = "";
    if (where == SPAN_AT_CORE || where == SPAN_AT_CHANNEL) {
        (void)snprintf(index, sizeof index, " %u", place->lane->index);
    }
    writer_print(drawing->writer,
                 "<path d=\"M%d %dH%d\" stroke=\"#bbbbbb\"/><text x=\"%d\" y=\"%d\" "
                 "font-weight=\"bold\">%s%s</text>\n",
                 MARGIN, place->y - GROUP_HEIGHT + 4, PAGE_WIDTH - MARGIN, MARGIN, place->y - 5,
                 groups[where], index);
}

static void put_lane(const struct drawing *drawing, const struct place *place)
{
    if (place->begins_group) {
        put_group(drawing, place);
    }
    writer_print(drawing->writer,
                 "<g class=\"lane\"><text x=\"%d\" y=\"%d\">%s <tspan fill=\"#666666\">(%" PRIu64
                 ")</tspan></text>\n",
                 MARGIN + 8, place->y + (place->shares ? SHARE_HEIGHT / 2 + 4 : 10),
                 styles[place->lane->kind].lane, place->lane->count);
    if (place->shares) {
        put_shares(drawing, place);
    } else {
        put_marks(drawing, place);
    }
    writer_print(drawing->writer, "</g>\n");
}

static void put_notes(const struct drawing *drawing)
{
    struct columns columns;
    int y = drawing->lanes_bottom + AXIS_HEIGHT + LINE_HEIGHT;
    writer_print(drawing->writer,
                 "<text x=\"%d\" y=\"%d\">Virtual time of the model, from the first call on: no "
                 "measurement of silicon. Reading and writing files takes none.</text>\n",
                 MARGIN, y);
    for (unsigned i = 0; i < drawing->place_count; i++) {
        if (drawing->places[i].shares) {
            gather_columns(drawing, drawing->places[i].lane, &columns);
            writer_print(
                drawing->writer,
                "<text x=\"%d\" y=\"%d\">A lane of more than %d, or more than %d at a time, is "
                "aggregated: its height is "
                "the share of each column of %.3f us in which it was in use. "
                "--window START:LENGTH shows a part in full.</text>\n",
                MARGIN, y + LINE_HEIGHT, PICTURE_MARKS_MAX, ROWS_MAX,
                (double)columns.width_ns / 1000);
            return;
        }
    }
}

bool picture_draw(struct picture *picture, struct output *output,
                  const struct picture_caption *caption, uint64_t end_ns)
{
    struct drawing *drawing = calloc(1, sizeof *drawing);
    struct writer *writer = malloc(sizeof *writer);
    bool written = false;
    if (drawing != NULL && writer != NULL) {
        writer_begin(writer, output);
        drawing->writer = writer;
        drawing->picture = picture;
        drawing->start_ns = picture->start_ns;
        drawing->end_ns = end_ns > picture->start_ns ? end_ns : picture->start_ns + 1;
        lay_out(drawing);
        put_head(drawing, caption);
        put_axis(drawing);
        for (unsigned i = 0; i < drawing->place_count; i++) {
            put_lane(drawing, &drawing->places[i]);
        }
        put_notes(drawing);
        writer_print(writer, "</svg>\n");
        written = writer_finish(writer);
    }
    if (drawing == NULL || writer == NULL) {
        message_complain("%s", strerror(ENOMEM));
    }
    free(drawing);
    free(writer);
    return written;
}
