/**
 * @file The grammar of acc, async/await for C: that of tree-sitter-c and what acc adds to it.
 * @license MIT
 *
 * Words that are keywords only here (async, await, try ...) are such wherever the grammar allows them; everywhere else,
 * and behind a dot or a tag's keyword, they are identifiers, as tree-sitter's keyword extraction has it. `Task(int)`
 * and its like are macro_type_specifiers.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const C = require('tree-sitter-c/grammar');

const PREC = {UNARY: 14, CALL: 15};

module.exports = grammar(C, {
  name: 'ac',

  conflicts: ($, original) => original.concat([
    [$.async_specifier, $.async_expression],
  ]),

  rules: {
    // ---- declarations ----

    // `async yield` makes a generator. Its precedence is that of async_expression, so that both are tried: `async T
    // *f(...);`.
    async_specifier: _ => prec(PREC.UNARY, seq(choice('async', '_Async'), optional(choice('yield', '_Yield')))),

    _declaration_modifiers: ($, original) => choice(
      original,
      $.async_specifier,
    ),

    _type_definition_type: $ => seq(
      repeat(choice($.type_qualifier, $.async_specifier)),
      field('type', $.type_specifier),
      repeat(choice($.type_qualifier, $.async_specifier)),
    ),

    type_descriptor: $ => seq(
      repeat(choice($.type_qualifier, $.async_specifier)),
      field('type', $.type_specifier),
      repeat(choice($.type_qualifier, $.async_specifier)),
      field('declarator', optional($._abstract_declarator)),
    ),

    storage_class_specifier: (_, original) => choice(original, '_Thread_local', 'AC_BLOCKING', 'AC_OWNED'),

    // ---- statements ----

    _non_case_statement: ($, original) => choice(
      original,
      $.try_statement,
      $.throw_statement,
      $.yield_statement,
      $.defer_statement,
      $.async_block,
      $.async_for_statement,
      $.async_with_statement,
    ),

    try_statement: $ => prec.right(seq(
      choice('try', '_Try'),
      field('body', $.compound_statement),
      repeat1($.catch_clause),
    )),

    // catch (ETIMEDOUT), catch (int e), catch (int), catch
    catch_clause: $ => seq(
      choice('catch', '_Catch'),
      optional(seq('(', choice(field('error', $.expression), field('parameter', $.parameter_declaration)), ')')),
      field('body', $.compound_statement),
    ),

    throw_statement: $ => seq(
      choice('throw', '_Throw'),
      choice($.expression, $.comma_expression),
      ';',
    ),

    yield_statement: $ => seq(
      choice('yield', '_Yield'),
      choice($.expression, $.comma_expression),
      ';',
    ),

    defer_statement: $ => seq(
      choice('defer', '_Defer'),
      field('body', $.statement),
    ),

    async_block: $ => seq(
      choice('async', '_Async'),
      field('body', $.compound_statement),
    ),

    async_for_statement: $ => seq(
      choice('async', '_Async'),
      'for',
      '(',
      $._declaration_specifiers,
      field('declarator', $._declarator),
      repeat($.attribute_specifier),
      ':',
      field('iterator', choice($.expression, $.comma_expression)),
      ')',
      field('body', $.statement),
    ),

    async_with_statement: $ => seq(
      choice('async', '_Async'),
      'with',
      '(',
      field('manager', choice($.expression, $.comma_expression, $.async_with_declaration)),
      ')',
      field('body', $.statement),
    ),

    async_with_declaration: $ => seq(
      $._declaration_specifiers,
      commaSep1(field('declarator', $.init_declarator)),
    ),

    // ---- expressions ----

    _expression_not_binary: ($, original) => choice(
      original,
      $.await_expression,
      $.async_expression,
      $.future_expression,
      $.label_address_expression,
    ),

    await_expression: $ => prec.left(PREC.UNARY, seq(
      choice('await', '_Await'),
      field('argument', $.expression),
    )),

    // A call that becomes a child of the block.
    async_expression: $ => prec.left(PREC.UNARY, seq(
      choice('async', '_Async'),
      field('argument', $.expression),
    )),

    future_expression: $ => prec(PREC.CALL, seq('ac_create_future', '(', field('type', $.type_descriptor), ')')),

    // ---- extensions of GNU C that tree-sitter-c lacks, and that async functions may use ----

    typeof_specifier: $ => seq(
      choice('typeof', '__typeof__', '__typeof'),
      '(',
      choice($.expression, $.type_descriptor),
      ')',
    ),

    type_specifier: ($, original) => choice(original, $.typeof_specifier, alias('__auto_type', $.primitive_type)),

    init_declarator: $ => seq(
      field('declarator', $._declarator),
      repeat($.attribute_specifier),
      '=',
      field('value', choice($.initializer_list, $.expression)),
    ),

    switch_statement: $ => seq(
      'switch',
      field('condition', $.parenthesized_expression),
      field('body', $.statement),
    ),

    case_statement: $ => prec.right(seq(
      choice(
        seq('case', field('value', $.expression), optional(seq('...', field('end', $.expression)))),
        'default',
      ),
      ':',
      repeat(choice(
        $._non_case_statement,
        $.declaration,
        $.type_definition,
      )),
    )),

    label_address_expression: $ => prec.left(PREC.UNARY, seq('&&', field('label', $._statement_identifier))),

    goto_statement: $ => seq(
      'goto',
      choice(field('label', $._statement_identifier), seq('*', field('address', $.expression))),
      ';',
    ),
  },
});

/**
 * One or more of the rule, separated by commas.
 *
 * @param {RuleOrLiteral} rule
 *
 * @return {SeqRule}
 */
function commaSep1(rule) {
  return seq(rule, repeat(seq(',', rule)));
}
