/* Initialisers (6.7.9). The items of a braced list are handed out to the parts of the type in order, with elided
   braces and designators, so that each value is checked against the part that it initialises and that the length of
   an array without a bound comes out. */
#include "checking.h"

/* A wrong program may have a struct in itself: there an end must be made. */
enum { DEPTH_MAX = 500 };

/* The items of one pair of braces, and how far they are used up. */
struct cursor {
    struct expression *list;
    size_t at;
    size_t checked; /* items before this one have types already */
    unsigned depth; /* of parts without braces of their own */
};

static void fill_braced(struct type **type, struct expression *list);
static void fill_rest(struct type *type, struct cursor *cursor, size_t index);

static struct initializer_item *current(struct cursor *cursor)
{
    return cursor->at < cursor->list->item_count ? &cursor->list->items[cursor->at] : NULL;
}

/* Items without a designator go on where the last one left off. */
static bool continues(struct cursor *cursor)
{
    struct initializer_item *item = current(cursor);
    return item && !item->designator_count;
}

static void item_checked(struct cursor *cursor)
{
    if (cursor->checked > cursor->at)
        return;
    cursor->checked = cursor->at + 1;
    check_expression(current(cursor)->value);
}

static bool is_string_for(struct type *type, struct expression *value)
{
    type = type_strip(type);
    if (type->kind != TYPE_ARRAY || expression_inner(value)->kind != EXPRESSION_STRING)
        return false;
    return type_is_integer(type->inner);
}

static void take_scalar(struct type *type, struct cursor *cursor)
{
    struct expression *value = current(cursor)->value;
    item_checked(cursor);
    check_conversion(type, value, (struct conversion){.kind = CONVERT_INITIALIZE});
    cursor->at++;
}

/* The value of an item for a part of this type; a part with parts of its own, without braces, takes as many items as
   it has. */
static void fill_part(struct type *type, struct cursor *cursor)
{
    struct expression *value = current(cursor)->value;
    struct type *stripped = type_strip(type);
    if (value->kind == EXPRESSION_INITIALIZER) {
        fill_braced(&type, value);
        cursor->at++;
    } else if (is_string_for(type, value)) {
        item_checked(cursor);
        cursor->at++;
    } else if (stripped->kind == TYPE_ARRAY) {
        fill_rest(stripped, cursor, 0);
    } else if (stripped->kind == TYPE_STRUCT || stripped->kind == TYPE_UNION) {
        item_checked(cursor);
        struct type *given = type_strip(value->type);
        if (is_unknown(given) || (type_is_record(given) && type_same(given, stripped)))
            cursor->at++;
        else
            fill_rest(stripped, cursor, 0);
    } else {
        take_scalar(type, cursor);
    }
}

static bool is_skipped(struct member *member)
{
    return !member->name && member->bit_field;
}

/* Gives items to the parts from `index` on, until all parts have one or a designator leads elsewhere. Returns the
   index after the last. */
static size_t fill_array(struct type *type, struct cursor *cursor, size_t index)
{
    bool bounded = !type->incomplete_array && !type->variable && !type->unknown_bound;
    for (; continues(cursor) && (!bounded || index < type->length); index++) {
        size_t before = cursor->at;
        fill_part(type->inner, cursor);
        if (cursor->at == before) /* an element without parts takes nothing */
            cursor->at++;
    }
    return index;
}

static void fill_record(struct type *type, struct cursor *cursor, size_t index)
{
    struct tag *tag = type->tag;
    for (; continues(cursor) && index < tag->member_count; index++) {
        if (is_skipped(&tag->members[index]))
            continue;
        fill_part(tag->members[index].type, cursor);
        if (tag->kind == TYPE_UNION)
            return;
    }
}

static void fill_rest(struct type *type, struct cursor *cursor, size_t index)
{
    type = type_strip(type);
    if (cursor->depth == DEPTH_MAX) {
        cursor->at++;
        return;
    }
    cursor->depth++;
    if (type->kind == TYPE_ARRAY)
        fill_array(type, cursor, index);
    else
        fill_record(type, cursor, index);
    cursor->depth--;
}

static bool member_leads_to(struct member *member, const char *name)
{
    return member->name ? member->name == name : !member->bit_field && type_member(member->type, name);
}

/* The index of the member that has this name, or that is anonymous and has it inside. */
static size_t member_index(struct tag *tag, const char *name)
{
    size_t index = 0;
    while (index < tag->member_count && !member_leads_to(&tag->members[index], name))
        index++;
    return index;
}

/* An item whose designators from `depth` on lead into `type`. Returns the index after the part of `type` that they
   name; SIZE_MAX after a mistake. Inside (depth > 0) the next items go on after that part. */
static size_t fill_designated(struct type *type, struct cursor *cursor, size_t depth);

static void fill_designated_part(struct type *part, struct cursor *cursor, size_t depth)
{
    if (depth == current(cursor)->designator_count) {
        size_t before = cursor->at;
        fill_part(part, cursor);
        if (cursor->at == before)
            cursor->at++;
        return;
    }
    size_t next = fill_designated(part, cursor, depth);
    if (next != SIZE_MAX && (type_is(part, TYPE_ARRAY) || type_is(part, TYPE_STRUCT)))
        fill_rest(part, cursor, next);
}

/* The item initialises nothing. */
static size_t pass_item(struct cursor *cursor)
{
    item_checked(cursor);
    cursor->at++;
    return SIZE_MAX;
}

static size_t bad_designator(struct cursor *cursor, const char *why)
{
    rule_error(current(cursor)->first, "%s", why);
    return pass_item(cursor);
}

static size_t fill_designated_element(struct type *type, struct cursor *cursor, size_t depth)
{
    struct designator *designator = &current(cursor)->designators[depth];
    int64_t index = 0;
    check_value(designator->index);
    if (designator->high)
        check_value(designator->high);
    struct expression *last = designator->high ? designator->high : designator->index;
    bool known = constant_integer(last, &index), bounded = !type->incomplete_array && !type->variable;
    if (!is_unknown(last->type) && (!type_is_integer(last->type) || never_constant(last)))
        return bad_designator(cursor, "the index of a designator is not an integer constant");
    if (known && (index < 0 || (bounded && (uint64_t)index >= type->length)))
        return bad_designator(cursor, "the index of a designator is outside of the array");
    if (!known)
        return pass_item(cursor);
    fill_designated_part(type->inner, cursor, depth + 1);
    return (size_t)index + 1;
}

static size_t fill_designated_member(struct type *type, struct cursor *cursor, size_t depth)
{
    const struct designator *designator = &current(cursor)->designators[depth];
    size_t index = member_index(type->tag, designator->member);
    if (index == type->tag->member_count) {
        no_member(designator->name, type);
        return pass_item(cursor);
    }
    struct member *member = &type->tag->members[index];
    if (member->name)
        fill_designated_part(member->type, cursor, depth + 1);
    else /* the same designator leads on inside */
        fill_designated_part(member->type, cursor, depth);
    return index + 1;
}

static size_t fill_designated(struct type *type, struct cursor *cursor, size_t depth)
{
    type = type_strip(type);
    bool by_name = current(cursor)->designators[depth].member != NULL;
    if (type->kind == TYPE_ARRAY && !by_name)
        return fill_designated_element(type, cursor, depth);
    if (type_is_record(type) && by_name)
        return fill_designated_member(type, cursor, depth);
    return bad_designator(cursor, by_name ? "a member designator for something that is no structure or union"
                                          : "an array designator for something that is no array");
}

static struct type *completed_array(struct type *type, size_t length)
{
    struct type *complete = type_array(type->inner, length);
    complete->qualifiers = type->qualifiers;
    return complete;
}

static void check_rest(struct cursor *cursor)
{
    for (; current(cursor); cursor->at++) /* too many: gcc only warns */
        if (current(cursor)->value->kind != EXPRESSION_INITIALIZER)
            item_checked(cursor);
        else
            check_expression(current(cursor)->value);
}

/* Braces around the parts of an array or record. Returns the length for an array. */
static size_t fill_aggregate(struct type *type, struct cursor *cursor)
{
    size_t index = 0, most = 0;
    while (current(cursor)) {
        size_t before = cursor->at;
        if (!continues(cursor)) {
            size_t next = fill_designated(type, cursor, 0);
            index = next == SIZE_MAX ? index : next;
        } else if (type->kind == TYPE_ARRAY) {
            index = fill_array(type, cursor, index);
        } else {
            fill_record(type, cursor, index);
            index = type->tag->member_count;
        }
        most = index > most ? index : most;
        if (cursor->at == before)
            break;
    }
    check_rest(cursor);
    return most;
}

static void fill_scalar(struct type *type, struct cursor *cursor)
{
    struct initializer_item *item = current(cursor);
    if (item && item->designator_count && !is_unknown(type) && type_is_scalar(type))
        rule_error(item->first, "a designator in the initializer of something of type '%s'", type_text(type));
    if (item)
        fill_part(type, cursor);
    check_rest(cursor);
}

/* Of a list only the type and what evaluating its items means are set. */
static void list_begin(struct expression *list, struct type *type)
{
    list->type = type;
    list->has_await = list->has_effect = list->is_lvalue = list->constant_known = list->is_constant = false;
}

static void list_end(struct expression *list, struct type *type)
{
    list->type = type;
    for (size_t i = 0; i < list->item_count; i++)
        inherit(list, list->items[i].value);
}

static bool is_opaque_list(struct type *type)
{
    return is_unknown(type) || ((type->kind == TYPE_STRUCT || type->kind == TYPE_UNION) && !type->tag->complete);
}

static void fill_braced(struct type **type, struct expression *list)
{
    struct cursor cursor = {.list = list};
    struct type *stripped = type_strip(*type);
    struct expression *first = list->item_count == 1 ? list->items[0].value : NULL;
    list_begin(list, *type);
    if (is_opaque_list(stripped)) {
        check_rest(&cursor);
    } else if (first && !list->items[0].designator_count && is_string_for(stripped, first)) {
        *type = check_initializer(*type, first);
    } else if (stripped->kind == TYPE_ARRAY) {
        size_t length = fill_aggregate(stripped, &cursor);
        if (stripped->incomplete_array)
            *type = completed_array(stripped, length);
    } else if (stripped->kind == TYPE_STRUCT || stripped->kind == TYPE_UNION) {
        fill_aggregate(stripped, &cursor);
    } else if (stripped->kind == TYPE_VECTOR) {
        while (current(&cursor))
            take_scalar(stripped->inner, &cursor);
    } else {
        fill_scalar(*type, &cursor);
    }
    list_end(list, *type);
}

/* 6.7.9p14, 15 */
static void check_string_width(struct type *array, struct expression *string)
{
    uint64_t wanted, given, alignment;
    struct type *element = type_strip(string->type)->inner;
    if (type_size(array->inner, &wanted, &alignment) && type_size(element, &given, &alignment) && wanted != given)
        rule_error(string->first, "a string of '%s' initializes an array of '%s'", type_text(element),
                   type_text(array->inner));
}

static bool is_object(struct expression *e)
{
    e = expression_inner(e);
    return e->kind == EXPRESSION_NAME || e->kind == EXPRESSION_MEMBER || e->kind == EXPRESSION_ARROW ||
           e->kind == EXPRESSION_INDEX || e->kind == EXPRESSION_DEREFERENCE;
}

struct type *check_initializer(struct type *type, struct expression *e)
{
    struct type *stripped = type_strip(type);
    if (e->kind == EXPRESSION_INITIALIZER) {
        fill_braced(&type, e);
        return type;
    }
    check_expression(e);
    if (is_string_for(type, e)) {
        check_string_width(stripped, e);
        uint64_t length = type_strip(e->type)->length;
        return stripped->incomplete_array ? completed_array(stripped, length) : type;
    }
    if (stripped->kind == TYPE_ARRAY) {
        struct type *given =
            type_strip(e->type); /* GNU: an array may be initialised by a compound literal of its type */
        if (given->kind == TYPE_ARRAY && !is_object(e))
            return stripped->incomplete_array ? completed_array(stripped, given->length) : type;
        if (!is_unknown(given) && !stripped->variable)
            rule_error(e->first, "invalid initializer");
        return type;
    }
    check_conversion(type, e, (struct conversion){.kind = CONVERT_INITIALIZE});
    return type;
}
