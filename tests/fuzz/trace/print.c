/* Trace programs as an .ac file: what the first must print as the head, functions that note what they are called with,
   the functions of the trees, and main, whose argument says which of the programs is run. The environment's SUSPEND
   says how often an await suspends: 0 never, 1 now and then (that is what it does without), 2 always. */
#include "tree.h"
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

static FILE *out;
static int indent;
static int
    base; /* of the numbers of the functions of the program that is being printed: those before it have lower ones */

static void write(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(out, format, arguments);
    va_end(arguments);
}

static void line(void)
{
    fprintf(out, "\n%*s", indent * 4, "");
}

/* ---- types and names ---- */

/* "unsigned char v1[4]": where `bounds`, open brackets are left to the caller. */
static void declarator(const struct type *type, const char *qualifier, const char *name)
{
    const struct type *element = type;
    while (element->kind == TYPE_ARRAY)
        element = element->inner;
    const char *space = element->name[strlen(element->name) - 1] == '*' ? "" : " ";
    /* A qualifier of a pointer stands behind its star. */
    if (element->kind == TYPE_POINTER && strncmp(qualifier, "static", 6) != 0)
        write("%s%s%s", element->name, qualifier, name);
    else
        write("%s%s%s%s", qualifier, element->name, space, name);
    if (type->kind == TYPE_ARRAY && type->cells)
        write("[%d]", type->count);
}

/* ---- expressions ---- */

enum {
    ANY,
    ASSIGNMENT = 2,
    CHOICE,
    EITHER,
    BOTH,
    BIT_OR,
    BIT_XOR,
    BIT_AND,
    EQUALITY,
    RELATION,
    SHIFT,
    SUM,
    PRODUCT,
    PREFIX,
    POSTFIX
};

static void expression(const struct node *e, int precedence);
static void statement(const struct node *s);

static int operator_precedence(const char *operator_)
{
    static const struct {
        const char *operators;
        int precedence;
    } levels[] = {
        {"* / %", PRODUCT},  {"+ -", SUM},   {"<< >>", SHIFT}, {"< > <= >=", RELATION},
        {"== !=", EQUALITY}, {"&", BIT_AND}, {"^", BIT_XOR},   {"|", BIT_OR},
    };
    size_t length = strlen(operator_);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        for (const char *at = levels[i].operators; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
            if (strncmp(at, operator_, length) == 0 && (at[length] == ' ' || !at[length]))
                return levels[i].precedence;
    return ANY;
}

static int precedence_of(const struct node *e)
{
    switch (e->kind) {
    case NODE_COMMA: return ANY;
    case NODE_ASSIGN: return ASSIGNMENT;
    case NODE_CONDITIONAL: return CHOICE;
    case NODE_OR: return EITHER;
    case NODE_AND: return BOTH;
    case NODE_BINARY: return operator_precedence(e->operator_);
    case NODE_DEREFERENCE:
    case NODE_ADDRESS:
    case NODE_UNARY:
    case NODE_CAST:
    case NODE_PRE:
    case NODE_LATER:
    case NODE_CALL:
    case NODE_CALL_POINTER:
    case NODE_TASK: return PREFIX;
    default: return POSTFIX;
    }
}

static void constant(const struct node *e)
{
    static const char *const suffixes[] = {[TYPE_UINT] = "u", [TYPE_LONG] = "LL", [TYPE_ULONG] = "uLL"};
    const char *suffix = e->type->kind <= TYPE_ULONG && suffixes[e->type->kind] ? suffixes[e->type->kind] : "";
    if (e->type->kind == TYPE_ULONG || e->number >= 0)
        write("%llu%s", (unsigned long long)e->number, suffix);
    else
        write("(%lld%s)", (long long)e->number, suffix);
}

static void arguments(const struct node *e, int from)
{
    for (int i = from; i < e->count; i++) {
        write(i > from ? ", " : "");
        expression(e->children[i], ASSIGNMENT);
    }
}

static void string(const struct node *e)
{
    bool ends = e->count < e->type->count; /* of one that is longer, C leaves out the null character */
    write("\"");
    for (int i = 0; i < e->count; i++)
        write(isalnum((int)e->children[i]->number) ? "%c" : "\\%03o", (int)e->children[i]->number);
    write(ends ? "\\0\"" : "\"");
}

static void initializer(const struct node *e)
{
    const struct type *type = e->type;
    int next = 0;
    write("{");
    if (e->form == INITIALIZER_STRING) {
        string(e);
        write("}");
        return;
    }
    for (int i = 0; i < e->count; i++) {
        int target = e->targets[i];
        write(i > 0 ? ", " : "");
        if (target != next && type->kind == TYPE_STRUCT)
            write(".%s = ", type->members[target].name);
        else if (target != next)
            write("[%d] = ", target);
        expression(e->children[i], ASSIGNMENT);
        next = target + 1;
    }
    write("}");
}

static void later(const struct node *e)
{
    static const struct {
        const char *before, *name_end, *after;
    } forms[] = {
        [LATER_CALL] = {"await later_", "(", ")"},
        [LATER_HEAP] = {"await (*&later_", ")(", ")"},
        [LATER_TASK] = {"await ac_create_task(later_", "(", "))"},
        [LATER_VALUE] = {"await ac_sleep_value(0, ", NULL, ")"},
        [LATER_WAIT_FOR] = {"await ac_wait_for(later_", "(", "), 1000.0)"},
        [LATER_TICKET] = {"await (struct ticket){", "", "}"},
        [LATER_MADE_TICKET] = {"await ticket_of(", "", ")"},
    };
    const char *name_end = forms[e->form].name_end;
    write("%s", forms[e->form].before);
    if (name_end)
        write("%s%s%d, ", *name_end ? e->type->word : "", name_end, (int)e->number);
    expression(e->children[0], ASSIGNMENT);
    write("%s", forms[e->form].after);
}

static void call(const struct node *e)
{
    static const char *const before[] = {"await f%d(", "await (*&f%d)(", "await ac_create_task(f%d("};
    write(before[e->form], base + e->function->number);
    arguments(e, 0);
    write(e->form == 2 ? "))" : ")");
}

static void statement_expression(const struct node *e)
{
    const struct node *block = e->children[0];
    write("({");
    indent++;
    for (int i = 0; i < block->count; i++) {
        if (block->count > 1)
            line();
        else
            write(" ");
        statement(block->children[i]);
    }
    indent--;
    if (block->count > 1)
        line();
    else
        write(" ");
    write("})");
}

static void expression_bare(const struct node *e)
{
    struct node **child = e->children;
    switch (e->kind) {
    case NODE_CONSTANT: constant(e); break;
    case NODE_VARIABLE: write("%s", e->variable->name); break;
    case NODE_MEMBER:
        expression(child[0], POSTFIX);
        write(".%s", e->member->name);
        break;
    case NODE_ARROW:
        expression(child[0], POSTFIX);
        write("->%s", e->member->name);
        break;
    case NODE_INDEX:
        expression(child[0], POSTFIX);
        write("[");
        expression(child[1], ANY);
        write("]");
        break;
    case NODE_DEREFERENCE:
        write("*");
        expression(child[0], PREFIX);
        break;
    case NODE_ADDRESS:
        write("&");
        expression(child[0], PREFIX);
        break;
    case NODE_UNARY:
    case NODE_PRE:
        write(e->kind == NODE_PRE ? "%c%c" : "%c ", e->operator_[0], e->operator_[0]);
        expression(child[0], PREFIX);
        break;
    case NODE_POST:
        expression(child[0], POSTFIX);
        write("%c%c", e->operator_[0], e->operator_[0]);
        break;
    case NODE_CAST:
        write("(%s)", e->type->name);
        expression(child[0], PREFIX);
        break;
    case NODE_BINARY:
        expression(child[0], precedence_of(e));
        write(" %s ", e->operator_);
        expression(child[1], precedence_of(e) + 1);
        break;
    case NODE_AND:
    case NODE_OR:
        expression(child[0], precedence_of(e));
        write(e->kind == NODE_AND ? " && " : " || ");
        expression(child[1], precedence_of(e) + 1);
        break;
    case NODE_CONDITIONAL:
        expression(child[0], EITHER);
        write(e->count == 2 ? " ?: " : " ? ");
        if (e->count == 3) {
            expression(child[1], ANY);
            write(" : ");
        }
        expression(child[e->count - 1], CHOICE);
        break;
    case NODE_COMMA:
        expression(child[0], ANY);
        write(", ");
        expression(child[1], ASSIGNMENT);
        break;
    case NODE_ASSIGN:
        expression(child[0], PREFIX);
        write(" %s%s ", e->operator_, strcmp(e->operator_, "=") == 0 ? "" : "=");
        expression(child[1], ASSIGNMENT);
        break;
    case NODE_NOTE:
        write("note_%s(%d, ", e->type->word, (int)e->number);
        expression(child[0], ASSIGNMENT);
        write(")");
        break;
    case NODE_LATER: later(e); break;
    case NODE_CALL: call(e); break;
    case NODE_CALL_POINTER:
        write("await ");
        expression(child[0], POSTFIX);
        write("(%d, ", (int)e->number);
        arguments(e, 1);
        write(")");
        break;
    case NODE_FUNCTION: write(e->number ? "second" : "first"); break;
    case NODE_LITERAL:
        write("(");
        declarator(e->type, "", "");
        write(")");
        initializer(child[0]);
        break;
    case NODE_INITIALIZER: initializer(e); break;
    case NODE_STATEMENTS: statement_expression(e); break;
    case NODE_GENERIC:
        write("_Generic(1L, int: 0, long: ");
        expression(child[0], ASSIGNMENT);
        write(")");
        break;
    case NODE_SIZE: write("(int)(sizeof %s / sizeof(int))", e->variable->name); break;
    case NODE_TASK: write("await %s", e->variable->name); break;
    case NODE_SPEND: write("spend()"); break;
    default: break;
    }
}

static void expression(const struct node *e, int precedence)
{
    bool parentheses = precedence_of(e) < precedence || e->kind == NODE_SIZE;
    write(parentheses ? "(" : "");
    expression_bare(e);
    write(parentheses ? ")" : "");
}

/* ---- statements ---- */

static void declaration(const struct node *s);

/* Bounds, where it is an array of variable length, and initialiser. */
static void initialization(const struct node *s)
{
    for (int i = 1; i < s->count; i++) {
        write("[");
        expression(s->children[i], ASSIGNMENT);
        write("]");
    }
    if (s->children[0]) {
        write(" = ");
        if (s->children[0]->kind == NODE_INITIALIZER && s->children[0]->form == INITIALIZER_STRING)
            string(s->children[0]);
        else
            expression(s->children[0], ASSIGNMENT);
    }
}

/* Is it a declarator of the declaration before it? */
static bool is_joined(const struct node *s, const struct node *previous)
{
    return s->kind == NODE_DECLARE && s->form == DECLARE_JOINED && previous->kind == NODE_DECLARE &&
           previous->form <= DECLARE_JOINED && previous->variable->type == s->variable->type &&
           strcmp(previous->variable->qualifier, s->variable->qualifier) == 0;
}

static void block_items(const struct node *block)
{
    indent++;
    for (int i = 0; i < block->count; i++) {
        const struct node *s = block->children[i];
        if (i > 0 && is_joined(s, block->children[i - 1])) {
            write(", %s", s->variable->name);
            initialization(s);
        } else {
            line();
            if (s->kind == NODE_DECLARE)
                declaration(s);
            else
                statement(s);
        }
        if (s->kind == NODE_DECLARE && (i + 1 == block->count || !is_joined(block->children[i + 1], s)))
            write(";");
    }
    indent--;
    line();
}

static void braced(const struct node *s)
{
    write("{");
    if (s->kind == NODE_BLOCK) {
        block_items(s);
    } else {
        indent++;
        line();
        statement(s);
        indent--;
        line();
    }
    write("}");
}

/* The body of a statement: in braces, unless it can do without. */
static void body(const struct node *s)
{
    switch (s->kind) {
    case NODE_EXPRESSION:
    case NODE_BREAK:
    case NODE_CONTINUE:
    case NODE_GOTO:
    case NODE_RETURN:
    case NODE_THROW:
        indent++;
        line();
        statement(s);
        indent--;
        break;
    default: write(" "); braced(s);
    }
}

static void type_definition(const struct type *type)
{
    write("%s {", type->name);
    for (int i = 0; i < type->count; i++) {
        const struct member *member = &type->members[i];
        write(" ");
        declarator(member->type, "", member->name);
        if (member->width)
            write(" : %d", member->width);
        write(";");
    }
    write(" }");
}

static void declaration(const struct node *s)
{
    const struct variable *v = s->variable;
    if (s->form == DECLARE_AUTO) {
        write("__auto_type %s", v->name);
    } else if (s->form == DECLARE_TYPE) {
        write("%s", v->qualifier);
        type_definition(v->type);
        write(" %s", v->name);
    } else {
        declarator(v->type, v->qualifier, v->name);
    }
    initialization(s);
}

static void clause(const struct node *s)
{
    if (!s)
        return;
    if (s->kind == NODE_DECLARE)
        declaration(s);
    else
        expression(s->kind == NODE_EXPRESSION ? s->children[0] : s, ANY);
}

static void for_statement(const struct node *s)
{
    write("for (");
    clause(s->children[0]);
    write(s->children[1] ? "; " : ";");
    clause(s->children[1]);
    write(s->children[2] ? "; " : ";");
    clause(s->children[2]);
    write(")");
    body(s->children[3]);
}

static void if_statement(const struct node *s)
{
    write("if (");
    expression(s->children[0], ANY);
    write(")");
    body(s->children[1]);
    if (s->count == 3) {
        line();
        write("else");
        body(s->children[2]);
    }
}

static void try_statement(const struct node *s)
{
    write("try ");
    braced(s->children[0]);
    for (int i = 1; i < s->count; i++) {
        const struct node *handler = s->children[i];
        if (handler->variable)
            write(" catch (int %s) ", handler->variable->name);
        else
            write(" catch (%d) ", (int)handler->number);
        braced(handler->children[0]);
    }
}

static void with_statement(const struct node *s)
{
    write("async with (");
    if (s->variable)
        write("int %s = ", s->variable->name);
    write("%s_of(%d, ", s->form ? "sponge" : "guard", (int)s->number);
    expression(s->children[0], ASSIGNMENT);
    write("))");
    body(s->children[1]);
}

/* What an `async for` over a generator means, written out. */
static void each_by_hand(const struct node *s)
{
    int it = (int)s->last;
    write("{");
    indent++;
    line();
    write("Gen(int) g%d = f%d(", it, base + s->function->number);
    expression(s->children[0], ASSIGNMENT);
    write(");");
    line();
    write("defer { await ac_gen_close(g%d); ac_release(g%d); }", it, it);
    line();
    write("for (;;) {");
    indent++;
    line();
    write("int %s;", s->variable->name);
    line();
    write("try { %s = await ac_next(g%d); } catch (AC_STOP) { break; }", s->variable->name, it);
    line();
    body(s->children[1]);
    indent--;
    line();
    write("}");
    indent--;
    line();
    write("}");
}

static void each_statement(const struct node *s)
{
    if (s->form == EACH_BY_HAND) {
        each_by_hand(s);
        return;
    }
    write("async for (int %s : ", s->variable->name);
    if (s->function)
        write("f%d(", base + s->function->number);
    else
        write("range_of(%d, ", (int)s->last);
    expression(s->children[0], ASSIGNMENT);
    write("))");
    body(s->children[1]);
}

static void fill(const struct node *s)
{
    const struct variable *v = s->variable;
    bool rows = v->type == &open_rows;
    write("fill(%s%s%s, sizeof %s / sizeof(int), %d);", rows ? "&" : "", v->name, rows ? "[0][0]" : "", v->name,
          (int)s->number);
}

static void word_and_value(const char *word, const struct node *value)
{
    write("%s", word);
    if (value) {
        write(" ");
        expression(value, ANY);
    }
    write(";");
}

static void statement(const struct node *s)
{
    struct node **child = s->children;
    switch (s->kind) {
    case NODE_EXPRESSION:
        expression(child[0], ANY);
        write(";");
        break;
    case NODE_DECLARE:
        declaration(s);
        write(";");
        break;
    case NODE_FILL: fill(s); break;
    case NODE_BLOCK: braced(s); break;
    case NODE_IF: if_statement(s); break;
    case NODE_WHILE:
        write("while (");
        expression(child[0], ANY);
        write(")");
        body(child[1]);
        break;
    case NODE_DO:
        write("do ");
        braced(child[0]);
        write(" while (");
        expression(child[1], ANY);
        write(");");
        break;
    case NODE_FOR: for_statement(s); break;
    case NODE_SWITCH:
        write("switch (");
        expression(child[0], ANY);
        write(") ");
        braced(child[1]);
        break;
    case NODE_CASE:
        if (s->last > s->number)
            write("case %d ... %d:;", (int)s->number, (int)s->last);
        else
            write("case %d:;", (int)s->number);
        break;
    case NODE_DEFAULT: write("default:;"); break;
    case NODE_BREAK: write("break;"); break;
    case NODE_CONTINUE: write("continue;"); break;
    case NODE_LABEL: write("l%d:;", (int)s->number); break;
    case NODE_GOTO: write("goto l%d;", (int)s->number); break;
    case NODE_GOTO_COMPUTED:
        write("goto *(void *[]){&&l%d, &&l%d}[(", (int)s->number, (int)s->last);
        expression(child[0], ANY);
        write(") & 1];");
        break;
    case NODE_RETURN: word_and_value("return", s->count ? child[0] : NULL); break;
    case NODE_DEFER:
        write("defer ");
        braced(child[0]);
        break;
    case NODE_TRY: try_statement(s); break;
    case NODE_THROW: word_and_value("throw", child[0]); break;
    case NODE_CHILD:
        write("async int %s = quiet(", s->variable->name);
        expression(child[0], ASSIGNMENT);
        write(");");
        break;
    case NODE_GROUP:
        write("async ");
        braced(child[0]);
        break;
    case NODE_SPAWN:
        write("async deposit(");
        expression(child[0], ASSIGNMENT);
        write(", &%s);", s->variable->name);
        break;
    case NODE_WITH: with_statement(s); break;
    case NODE_EACH: each_statement(s); break;
    case NODE_YIELD: word_and_value("yield", child[0]); break;
    case NODE_CANCEL: write("await cancelled(%d);", (int)s->number); break;
    default: break;
    }
}

/* ---- the file ---- */

static void head(const struct program *program, const char *expected)
{
    /* tcc 0.9.27 does not get variable length arrays beside jumps right. */
    write("// %s\n// acc: -w\n// cflags: -std=gnu11 -w -fwrapv\n// not: tcc backends\n", program->title);
    while (expected && *expected) {
        const char *end = strchr(expected, '\n');
        write("// expect: %.*s\n", (int)(end - expected), expected);
        expected = end + 1;
    }
}

static void prelude(void)
{
    write("#include <ac.h>\n#include <stdio.h>\n#include <stdlib.h>\n\n"
          "struct small { int a; unsigned char b; };\n"
          "struct big { int a; unsigned bits : 5; int low : 4; _Bool flag : 1; short e[4]; struct small in; long long "
          "z; union { int w; unsigned u; }; };\n"
          "typedef int quad __attribute__((vector_size(16)));\n"
          "typedef async int (*function)(int, int);\n"
          "struct ticket { int id, value; };\n"
          "struct guard { int id, value; };\n"
          "struct sponge { int id, value; };\n"
          "struct range { int id, next, end; };\n\n"
          "static int column, fuel = 12, suspend = 1;\n\n"
          "static void event(char letter, int id, long long value)\n{\n"
          "    char text[64];\n"
          "    int length = snprintf(text, sizeof text, \"%%c%%d=%%lld\", letter, id, value);\n"
          "    if (column > 0 && column + 1 + length > 100) {\n        putchar('\\n');\n        column = 0;\n    }\n"
          "    column += printf(column > 0 ? \" %%s\" : \"%%s\", text);\n}\n\n");
    write("static int spend(void)\n{\n    return fuel > 0 && fuel-- > 0;\n}\n\n"
          "static void clean(int *value)\n{\n    event('c', 0, *value);\n}\n\n"
          "static void fill(int *array, size_t count, int first)\n{\n"
          "    for (size_t i = 0; i < count; i++)\n        array[i] = first + (int)i;\n}\n\n"
          "static async void rest(void)\n{\n"
          "    static unsigned state;\n"
          "    state = state * 1103515245 + 12345;\n"
          "    if (suspend == 2 || (suspend == 1 && state >> 16 & 1))\n        await ac_sleep(0);\n}\n\n"
          "static async int ticket_await(struct ticket *t)\n{\n    await rest();\n    event('t', t->id, t->value);\n"
          "    return t->value;\n}\n\n"
          "static struct ticket ticket_of(int id, int value)\n{\n    return (struct ticket){id, value};\n}\n\n"
          "static async int first(int id, int value)\n{\n    await rest();\n    event('f', id, value);\n    return "
          "value;\n}\n\n"
          "static async int second(int id, int value)\n{\n    event('g', id, value);\n    await rest();\n    return "
          "value + 1;\n}\n\n");
    write("static async int quiet(int value)\n{\n    for (int i = 0; i < (value & 3); i++)\n        await rest();\n"
          "    if ((value & 7) == 5)\n        throw 300 + (value & 31);\n    return value * 3 + 1;\n}\n\n"
          "static async void cancelled(int id)\n{\n    event('x', id, 0);\n    ac_cancel(ac_current_task());\n"
          "    await ac_sleep(0);\n    event('?', id, 0);\n}\n\n"
          "static async void deposit(int value, int *slot)\n{\n    await rest();\n    *slot += value;\n}\n\n"
          "static struct guard guard_of(int id, int value)\n{\n    return (struct guard){id, value};\n}\n\n"
          "static async int guard_aenter(struct guard *g)\n{\n    await rest();\n    event('(', g->id, g->value);\n"
          "    return g->value;\n}\n\n"
          "static async void guard_aexit(struct guard *g, int error)\n{\n    event(')', g->id, error);\n    await "
          "rest();\n}\n\n"
          "static struct sponge sponge_of(int id, int value)\n{\n    return (struct sponge){id, value};\n}\n\n"
          "static async void sponge_aenter(struct sponge *s)\n{\n    event('[', s->id, s->value);\n    await "
          "rest();\n}\n\n"
          "static async _Bool sponge_aexit(struct sponge *s, int error)\n{\n    await rest();\n    event(']', s->id, "
          "error);\n"
          "    return error & 1;\n}\n\n"
          "static struct range range_of(int id, int count)\n{\n    return (struct range){id, 0, count & 3};\n}\n\n"
          "static async int range_anext(struct range *r)\n{\n    event('i', r->id, r->next);\n    await rest();\n"
          "    if (r->next >= r->end)\n        throw AC_STOP;\n    return r->next++;\n}\n\n");
}

/* Is there a node of this kind and type? */
static bool uses(const struct node *node, enum node_kind kind, const struct type *type)
{
    if (node && node->kind == kind && node->type == type)
        return true;
    for (int i = 0; node && i < node->count; i++)
        if (uses(node->children[i], kind, type))
            return true;
    return false;
}

static bool any_uses(const struct batch *batch, enum node_kind kind, const struct type *type)
{
    for (int i = 0; i < batch->count; i++) {
        const struct program *program = batch->programs[i];
        for (int j = 0; j < program->count; j++)
            if (program_calls(program, program->functions[j]) && uses(program->functions[j]->body, kind, type))
                return true;
    }
    return false;
}

static void helpers(const struct batch *batch)
{
    for (int i = 0; i < TYPES; i++) {
        const struct type *type = &types[i];
        const char *space = type->name[strlen(type->name) - 1] == '*' ? "" : " ";
        const char *value = is_number(type) || type->kind == TYPE_REAL ? "(long long)value" : "0";
        if (type == &types[SMALL_AT])
            value = "value.a ^ value.b";
        else if (type == &types[BIG_AT])
            value =
                "value.a ^ value.bits ^ value.low ^ value.flag ^ value.e[0] ^ value.e[1] ^ value.e[2] ^ value.e[3] ^\n"
                "          value.in.a ^ value.in.b ^ value.z ^ value.w";
        else if (type == &types[VECTOR_AT])
            value = "value[0] ^ value[1] ^ value[2] ^ value[3]";
        if (any_uses(batch, NODE_NOTE, type))
            write("static %s%snote_%s(int id, %s%svalue)\n{\n    event('n', id, %s);\n    return value;\n}\n\n",
                  type->name, space, type->word, type->name, space, value);
        if (any_uses(batch, NODE_LATER, type))
            write("static async %s%slater_%s(int id, %s%svalue)\n{\n    await rest();\n    event('a', id, %s);\n"
                  "    return value;\n}\n\n",
                  type->name, space, type->word, type->name, space, value);
    }
}

/* A pointer is written as an array at times, which means the same (6.7.6.3p7). */
static void parameter(const struct variable *v)
{
    if (v->type == &types[INT_POINTER_AT] && v->slot % 2)
        write(v->slot % 4 == 1 ? "int %s[]" : "int %s[static 1]", v->name);
    else
        declarator(v->type, "", v->name);
}

static void signature(const struct function *function)
{
    char name[12];
    snprintf(name, sizeof name, "f%d", base + function->number);
    write(function->generator ? "static async yield " : "static async ");
    declarator(function->result, "", name);
    write("(");
    for (int i = 0; i < function->parameter_count; i++) {
        write(i > 0 ? ", " : "");
        parameter(function->parameters[i]);
    }
    write(function->parameter_count ? ")" : "void)");
}

static void functions(const struct program *program)
{
    for (int i = 0; i < program->count; i++) {
        if (!program_calls(program, program->functions[i]))
            continue;
        write("\n");
        signature(program->functions[i]);
        write("\n{");
        block_items(program->functions[i]->body);
        write("}\n");
    }
}

/* One round of the program `which`. */
static void round_function(const struct batch *batch)
{
    int number = 0;
    write("\nstatic async int begin(int which, int round)\n{\n    switch (which) {\n");
    for (int i = 0; i < batch->count; i++) {
        const struct program *program = batch->programs[i];
        write("    case %d: return await f%d(round);\n", i, number + program->last->number);
        number += program->count;
    }
    write("    default: throw EINVAL;\n    }\n}\n");
}

static void main_function(const struct batch *batch)
{
    write("\nasync int main(int argc, char **argv)\n{\n    static const int rounds[] = {");
    for (int i = 0; i < batch->count; i++)
        write(i > 0 ? ", %d" : "%d", batch->programs[i]->rounds);
    write("};\n    int which = argc > 1 ? atoi(argv[1]) : 0;\n    if (getenv(\"SUSPEND\"))\n"
          "        suspend = atoi(getenv(\"SUSPEND\"));\n"
          "    for (int round = 0; round < rounds[which]; round++) {\n        try {\n"
          "            event('r', round, await begin(which, round));\n        } catch (ECANCELED) {\n"
          "            event('e', round, ECANCELED);\n        } catch (int error) {\n"
          "            event('e', round, error);\n        }\n    }\n    putchar('\\n');\n    return 0;\n}\n");
}

void batch_print(FILE *to, const struct batch *batch, const char *expected)
{
    out = to;
    indent = base = 0;
    head(batch->programs[0], expected);
    prelude();
    helpers(batch);
    for (int i = 0; i < batch->count; i++) {
        functions(batch->programs[i]);
        base += batch->programs[i]->count;
    }
    round_function(batch);
    main_function(batch);
}
