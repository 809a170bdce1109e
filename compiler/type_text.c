/* Types as text: as C for the output, and as the user would write them for messages. A declaration is built from the
   name outwards, as C's declarators are: each level of the type wraps what is there until the base of the type is
   put in front. */
#include "type.h"
#include "names.h"
#include "text.h"
#include "tree.h"
#include <string.h>

enum text_mode { TEXT_C, TEXT_USER };

static const char *declare(struct type *type, const char *name, enum text_mode mode);

static const char *qualifier_text(unsigned qualifiers)
{
    return arena_format(
        "%s%s%s%s", qualifiers & QUALIFIER_CONST ? "const " : "", qualifiers & QUALIFIER_VOLATILE ? "volatile " : "",
        qualifiers & QUALIFIER_RESTRICT ? "restrict " : "", qualifiers & QUALIFIER_ATOMIC ? "_Atomic " : "");
}

/* The spelling of a type that is one word. __int128_t and __uint128_t are known to gcc and clang, and not told by
   -Wpedantic. */
static const char *basic_text(enum type_kind kind, enum text_mode mode)
{
    static const char *const texts[TYPE_KIND_COUNT] = {
        [TYPE_VOID] = "void",
        [TYPE_BOOL] = "_Bool",
        [TYPE_CHAR] = "char",
        [TYPE_SIGNED_CHAR] = "signed char",
        [TYPE_UNSIGNED_CHAR] = "unsigned char",
        [TYPE_SHORT] = "short",
        [TYPE_UNSIGNED_SHORT] = "unsigned short",
        [TYPE_INT] = "int",
        [TYPE_UNSIGNED] = "unsigned int",
        [TYPE_LONG] = "long",
        [TYPE_UNSIGNED_LONG] = "unsigned long",
        [TYPE_LONG_LONG] = "long long",
        [TYPE_UNSIGNED_LONG_LONG] = "unsigned long long",
        [TYPE_INT128] = "__int128_t",
        [TYPE_UNSIGNED_INT128] = "__uint128_t",
        [TYPE_FLOAT16] = "_Float16",
        [TYPE_BFLOAT16] = "__bf16",
        [TYPE_FLOAT] = "float",
        [TYPE_DOUBLE] = "double",
        [TYPE_LONG_DOUBLE] = "long double",
        [TYPE_FLOAT32] = "_Float32",
        [TYPE_FLOAT64] = "_Float64",
#if defined(__x86_64__)
        [TYPE_FLOAT128] = "__float128",
#else
        [TYPE_FLOAT128] = "_Float128",
#endif
        [TYPE_FLOAT32X] = "_Float32x",
        [TYPE_FLOAT64X] = "_Float64x",
        [TYPE_DECIMAL32] = "_Decimal32",
        [TYPE_DECIMAL64] = "_Decimal64",
        [TYPE_DECIMAL128] = "_Decimal128",
        [TYPE_VA_LIST] = "__builtin_va_list",
    };
    if (mode == TEXT_USER && kind == TYPE_INT128)
        return "__int128";
    if (mode == TEXT_USER && kind == TYPE_UNSIGNED_INT128)
        return "unsigned __int128";
    return texts[kind];
}

/* <stdio.h> has a va_list or not, as the C compiler's options want it: frames do without it. */
static const char *typedef_text(struct type *type, enum text_mode mode)
{
    struct type *inner = type->inner;
    while (inner && inner->kind == TYPE_TYPEDEF)
        inner = inner->inner;
    return mode == TEXT_C && inner && inner->kind == TYPE_VA_LIST ? basic_text(TYPE_VA_LIST, mode) : type->symbol->name;
}

static const char *typeof_text(struct type *type, enum text_mode mode)
{
    const char *text = tokens_text(type->first, type->last);
    if (mode == TEXT_C && strncmp(text, "typeof", 6) == 0 && (text[6] == ' ' || text[6] == '('))
        return arena_format("__typeof__%s", text + 6);
    return text;
}

static const char *tag_text(struct tag *tag, enum text_mode mode);

/* Something of that type, not to be evaluated. NULL: there is nothing. */
static const char *unnamed_value(struct tag *tag)
{
    const char *text, *holder = tag->holder ? tag_text(tag->holder, TEXT_C) : NULL;
    struct type *type;
    if (tag->declared_with) {
        type = tag->declared_with->type;
        text = tag->declared_with->kind == SYMBOL_TYPEDEF ? arena_format("(*(%s *)0)", tag->declared_with->name) : tag->declared_with->name;
    } else if (holder) {
        type = tag->held_as->type;
        text = arena_format("((%s *)0)->%s", holder, tag->held_as->name);
    } else {
        return NULL;
    }
    for (type = type_strip(type); type->kind == TYPE_ARRAY || type->kind == TYPE_POINTER; type = type_strip(type->inner))
        text = arena_format("(*%s)", text);
    return text;
}

/* A struct that has no name is the type of something that has one; without the const of that, as a comma takes its value (C17 6.3.2.1p2). */
static const char *unnamed_text(struct tag *tag)
{
    const char *value = unnamed_value(tag);
    return value ? arena_format("__typeof__(((void)0, %s))", value) : NULL;
}

static const char *tag_text(struct tag *tag, enum text_mode mode)
{
    static const char *const keywords[] = {"struct", "union", "enum"};
    const char *keyword = keywords[tag->kind - TYPE_STRUCT];
    if (mode == TEXT_C && tag->renamed)
        return arena_format("%s %s", keyword, tag->renamed);
    if (tag->name)
        return arena_format("%s %s", keyword, tag->name);
    if (tag->typedef_name)
        return tag->typedef_name->name;
    if (mode == TEXT_USER)
        return arena_format("%s <unnamed>", keyword);
    if (tag->kind == TYPE_ENUM)
        return tag->enum_type ? basic_text(tag->enum_type->kind, mode) : NULL;
    return unnamed_text(tag);
}

static const char *wrapped_text(struct type *type, enum text_mode mode)
{
    static const char *const in_c[] = {"ac_coro_ref", "ac_task_ref", "ac_future_ref", "ac_gen_ref", "void *", "void *"};
    static const char *const in_user[] = {"Coro", "Task", "Future", "Gen"};
    if (mode == TEXT_C)
        return in_c[type->kind - TYPE_CORO];
    const char *inner = type->inner->kind == TYPE_UNKNOWN ? "T" : declare(type->inner, "", mode);
    if (type->kind == TYPE_AWAITABLE)
        return arena_format("Coro(%s), Task(%s) or Future(%s)", inner, inner, inner);
    if (type->kind == TYPE_AWAITABLES)
        return arena_format("Coro(%s) *, Task(%s) * or Future(%s) *", inner, inner, inner);
    return arena_format("%s(%s)", in_user[type->kind - TYPE_CORO], inner);
}

/* The base of a type: what stands before the declarator. NULL where it has no name. */
static const char *base_text(struct type *type, enum text_mode mode)
{
    switch (type->kind) {
    case TYPE_STRUCT:
    case TYPE_UNION:
    case TYPE_ENUM: return tag_text(type->tag, mode);
    case TYPE_TYPEDEF: return typedef_text(type, mode);
    case TYPE_TYPEOF: return typeof_text(type, mode);
    case TYPE_COMPLEX: return arena_format("%s _Complex", basic_text(type->inner->kind, mode));
    case TYPE_BIT_INT: return arena_format("_BitInt(%u)", (unsigned)type->length);
    case TYPE_UNSIGNED_BIT_INT: return arena_format("unsigned _BitInt(%u)", (unsigned)type->length);
    case TYPE_AUTO: return "__auto_type";
    case TYPE_VARIABLE: return mode == TEXT_C ? "void" : "T";
    case TYPE_UNKNOWN: return mode == TEXT_C ? NULL : "<unknown>";
    case TYPE_CORO:
    case TYPE_TASK:
    case TYPE_FUTURE:
    case TYPE_GEN:
    case TYPE_AWAITABLE:
    case TYPE_AWAITABLES: return wrapped_text(type, mode);
    default: return basic_text(type->kind, mode);
    }
}

static const char *declare_base(struct type *type, const char *name, enum text_mode mode)
{
    const char *base = base_text(type, mode);
    if (!base)
        return NULL;
    return arena_format("%s%s%s%s", qualifier_text(type->qualifiers), base, *name ? " " : "", name);
}

/* Is the bound of a variable length array in it kept in a variable of the lowering? Then the typedef itself is gone. */
static bool has_kept_bound(struct type *type)
{
    for (; type; type = type->inner)
        if (type->kind == TYPE_ARRAY && type->variable && type->bound && type->bound->text)
            return true;
    return false;
}

/* The type that `declare` spells: a typeof is spelled as what it stands for, where that can be, and so is a typedef that is gone. */
static struct type *spelled_type(struct type *type, enum text_mode mode)
{
    if (type->kind == TYPE_TYPEDEF && mode == TEXT_C && has_kept_bound(type->inner))
        return spelled_type(type->inner, mode);
    if (type->kind == TYPE_TYPEOF && type_strip(type)->kind != TYPE_TYPEOF && declare(type_strip(type), "", mode))
        return spelled_type(type_strip(type), mode);
    return type;
}

static const char *declare_pointer(struct type *type, const char *name, enum text_mode mode)
{
    const char *qualifiers = qualifier_text(type->qualifiers);
    size_t length = strlen(qualifiers);
    if (!*name && length)
        length--;
    enum type_kind kind = spelled_type(type->inner, mode)->kind;
    bool wraps = kind == TYPE_ARRAY || kind == TYPE_FUNCTION;
    const char *text = arena_format("%s*%.*s%s%s", wraps ? "(" : "", (int)length, qualifiers, name, wraps ? ")" : "");
    return declare(type->inner, text, mode);
}

static const char *bound_text(struct type *type)
{
    if (type->star_bound)
        return "*";
    if (type->incomplete_array)
        return "";
    if (type->variable && type->bound && type->bound->text)
        return type->bound->text;
    if ((type->variable || type->unknown_bound) && type->bound)
        return tokens_text(type->bound->first, type->bound->last);
    return arena_format("%llu", (unsigned long long)type->length);
}

/* What stands between the parentheses. */
static const char *parameters_text(struct type *type, enum text_mode mode)
{
    if (type->no_prototype)
        return "";
    if (type->parameter_count == 0 && !type->variadic)
        return "void";
    const char *text = "";
    for (size_t i = 0; i < type->parameter_count; i++) {
        const char *parameter = declare(type->parameters[i].type, "", mode);
        if (!parameter)
            return NULL;
        text = arena_format("%s%s%s", text, i ? ", " : "", parameter);
    }
    return type->variadic ? arena_format("%s%s...", text, type->parameter_count ? ", " : "") : text;
}

static const char *declare_function(struct type *type, const char *name, enum text_mode mode)
{
    const char *parameters = parameters_text(type, mode);
    if (!parameters)
        return NULL;
    const char *text = arena_format("%s(%s)", name, parameters);
    if (!type->is_async)
        return declare(type->inner, text, mode);
    if (mode == TEXT_C)
        return arena_format("%s %s", type->is_generator ? "ac_gen_ref" : "ac_coro_ref", text);
    return arena_format("async %s%s", type->is_generator ? "yield " : "", declare(type->inner, text, mode));
}

static const char *declare_vector(struct type *type, const char *name, enum text_mode mode)
{
    const char *element = declare(type->inner, "", mode);
    if (!element)
        return NULL;
    return arena_format("%s%s __attribute__((vector_size(%llu)))%s%s", qualifier_text(type->qualifiers), element,
                        (unsigned long long)type->length, *name ? " " : "", name);
}

static const char *declare(struct type *type, const char *name, enum text_mode mode)
{
    switch (type->kind) {
    case TYPE_POINTER: return declare_pointer(type, name, mode);
    case TYPE_ARRAY: return declare(type->inner, arena_format("%s[%s]", name, bound_text(type)), mode);
    case TYPE_FUNCTION: return declare_function(type, name, mode);
    case TYPE_VECTOR: return declare_vector(type, name, mode);
    case TYPE_TYPEOF:
    case TYPE_TYPEDEF: {
        struct type *spelled = spelled_type(type, mode);
        return spelled == type ? declare_base(type, name, mode) : declare(spelled, name, mode);
    }
    default: return declare_base(type, name, mode);
    }
}

const char *type_declare(struct type *type, const char *name)
{
    return declare(type, name, TEXT_C);
}

const char *type_text(struct type *type)
{
    return declare(type, "", TEXT_USER);
}
