import { SECRET_NAME, SPOKEN_NAME } from './names';
import { keepBefore } from './rule';
import type { Rules } from './rule';
import { BARE, SPOKEN, VALUE, quoted } from './values';

const BLANK = String.raw`[^\S\n]*`;
/** The end of a name and the sign after it: `password":`, `password'] =`, `password =>`. */
const IS = String.raw`[\w.-]{0,40}\\*["']?\]?${BLANK}(?:={1,2}>|:=|==?|:(?!:|//))${BLANK}`;
const NAME_IS = SECRET_NAME + IS;
const LINE_END = String.raw`(?=${BLANK}(?:\r?\n|$))`;
/** `PWD=/opt` is where a program runs. */
const NO_FOLDER = String.raw`(?<!\bpwd=)(?<!\boldpwd=)`;
const SPEAKS = String.raw`(?:[^\S\n]+(?:was|is|set[^\S\n]+to|value|given))`;

/** Values that a name beside them tells to be secret. */
export const namedRules: Rules = {
  hint: new RegExp(`${SECRET_NAME}|${SPOKEN_NAME}|identified|input_value`, 'i'),
  rules: [
    // Of pydantic: the value of whatever setting was wrong, a password's too.
    keepBefore(String.raw`(\binput_value=)(?:'[^'\n]*'|"[^"\n]*"|[^\s,\]]+)`, 'g'),
    // YAML: the lines of a block.
    keepBefore(String.raw`(${NAME_IS}[|>][+-]?\d?${BLANK}\n)(?:[^\S\n]+\S[^\n]{0,4000}(?:\n|$)){1,50}`),
    // On the next line.
    keepBefore(String.raw`(${NAME_IS}\r?\n[^\S\n]*)${quoted()}`),
    keepBefore(String.raw`(${NAME_IS}\r?\n[^\S\n]+)${BARE}${LINE_END}`),
    keepBefore(String.raw`(${NAME_IS})(?:(?=/)${NO_FOLDER}|(?!/))${VALUE}`),
    // A name that is itself a value: of a container's environment, of XML.
    keepBefore(
      String.raw`((?:name|key)\\*["']?${BLANK}[:=]${BLANK}\\*["']?[\w.-]{0,60}?${SECRET_NAME}[\w.-]{0,40}\\*["']?${BLANK},?\s{0,60}\\*["']?value\\*["']?${BLANK}[:=]${BLANK})${VALUE}`,
    ),
    keepBefore(String.raw`(<[\w:.-]{0,60}?${SECRET_NAME}[\w:.-]{0,40}(?:\s[^<>]{0,200})?>)[^<]{1,4000}`),
    keepBefore(String.raw`(\([bu]?["'][\w-]{0,40}?${SECRET_NAME}[\w-]{0,40}["']\s{0,9},\s{0,9})${quoted()}`),
    // In words.
    keepBefore(String.raw`(${SECRET_NAME}${SPEAKS}[^\S\n]+)(?:${quoted()}|${quoted('tick').replace('["\']', '`')})`),
    keepBefore(String.raw`((?<!unexpected )${SPOKEN_NAME}[^\S\n]+)${quoted()}`),
    keepBefore(String.raw`(${SPOKEN_NAME}${SPEAKS}?[^\S\n]+)${SPOKEN}`),
    keepBefore(String.raw`(\bidentified[^\S\n]+by[^\S\n]+)${quoted()}`),
  ],
};
