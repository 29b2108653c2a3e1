import { SECRET_NAME } from './names';
import { MASK, keepBefore } from './rule';
import type { Rule, Rules } from './rule';
import { BARE, SPOKEN, VALUE, quoted } from './values';

/** What stands between two arguments: blanks, the comma of a list, or the zero byte of /proc. */
const NEXT = String.raw`(?:\\*["']?(?:[^\S\n]*,[^\S\n]*|[^\S\n]+|\u0000)(?=[^\s,]))`;
const OTHERS = String.raw`[^\n|;]{0,300}?(?<=[\s"'\u0000])`;
const OPTION = String.raw`(?<![\w-])--?(?:\w[\w-]{0,40}?)??${SECRET_NAME}[\w-]{0,40}`;
/** A password in the place of an option would begin with a dash: it is the next option. */
const NO_OPTION = String.raw`(?!\\*["']?-)`;
const AFTER_ZERO = String.raw`[^\u0000\n]+`;

/** `program … -p SECRET`. */
function option(program: string, flag: string): Rule {
  return keepBefore(String.raw`(\b${program}\b${OTHERS}${flag}${NEXT})${NO_OPTION}${VALUE}`, 'g');
}

/** Programs that are told a secret in their arguments. */
export const programRules: Rules = {
  hint: /[\s\u0000]/,
  rules: [
    keepBefore(String.raw`(${OPTION}\u0000)(?!-)${AFTER_ZERO}`),
    keepBefore(String.raw`(${OPTION}${NEXT})${NO_OPTION}${VALUE}`),
    // Over the end of a line: of a shell, of a list in YAML.
    keepBefore(String.raw`(${OPTION}\\*["']?[^\S\n]*\\?\r?\n[^\S\n]*(?:-[^\S\n]+)?)${NO_OPTION}${VALUE}`),
    keepBefore(String.raw`(\b(?:mysql|mariadb)\w*\b${OTHERS}-p)(?:${quoted()}|${BARE})`, 'g'),
    option(
      '(?:sshpass|mongo(?:sh|dump|restore)?|(?:docker|podman|helm|skopeo)[^\\S\\n]+(?:registry[^\\S\\n]+)?login)',
      '-p',
    ),
    option('redis-cli', '-a'),
    option('(?:ldapsearch|ldapmodify|ldapwhoami)', '-w'),
    // A user by number is one of containers: -u 1000:1000.
    keepBefore(
      String.raw`(\b(?:curl|wget|http|https|ab)\b${OTHERS}(?:-u|--user|--proxy-user|-U)(?:${NEXT}|=)?\\*["']?(?!\d{1,5}:\d{1,5}\b)[^\s:"'\\\u0000]{1,100}:)[^\s"'\\\u0000](?:[^"'\\\n\u0000]{0,200}(?=["'\\])|[^\s"'\\\u0000]{0,200})`,
      'g',
    ),
    keepBefore(String.raw`(-pass(?:in|out)?[^\S\n]+pass:)\S{1,500}`, 'g'),
    keepBefore(String.raw`(\b(?:add_user|change_password|authenticate_user)[^\S\n]+\S{1,100}[^\S\n]+)${VALUE}`, 'g'),
    keepBefore(String.raw`(\bhtpasswd[^\S\n]+-\w*b\w*[^\S\n]+\S{1,200}[^\S\n]+\S{1,100}[^\S\n]+)${VALUE}`, 'g'),
    { pattern: /(\becho[^\S\n]+)\S{1,200}(?=[^\S\n]*\|[^\S\n]*sudo\b)/g, by: `$1${MASK}` },
    // .netrc, on one line or several.
    keepBefore(
      String.raw`(\b(?:machine\s{1,20}\S{1,200}|default)(?:\s{1,20}(?:login|account)\s{1,20}\S{1,200}){1,2}\s{1,20}password\s{1,20})\S{1,500}`,
      'g',
    ),
    // Redis: its settings, and what a monitor shows.
    keepBefore(String.raw`(\b(?:requirepass|masterauth)[^\S\n]+)${VALUE}`),
    keepBefore(String.raw`(["']AUTH["'](?:[^\S\n]+"[^"\n]{0,100}"(?=[^\S\n]+"))?[^\S\n]+)${quoted()}`),
    keepBefore(String.raw`((?<![\w-])AUTH[^\S\n]+)${SPOKEN}`, 'g'),
  ],
};
