import { execFileSync } from 'node:child_process';

/** Names of extended attributes, ACLs among them, with their values in hexadecimal. */
export type Attributes = Record<string, string>;

/** A user that may read the file besides its owner, as `setfacl -m u:5555:r` writes it. */
export const READER_ACL: Attributes = {
  'system.posix_acl_access': '0200000001000600ffffffff02000400b315000004000400ffffffff10000400ffffffff20000000ffffffff',
};
/** What new files of a folder get: the same, as `setfacl -d`. */
export const DEFAULT_ACL: Attributes = { 'system.posix_acl_default': READER_ACL['system.posix_acl_access']! };

/** `undefined` where the file system, or the machine, has none. */
export function setAttributes(file: string, attributes: Attributes): true | undefined {
  const lines = Object.entries(attributes).map(
    ([name, value]) => `os.setxattr(${JSON.stringify(file)}, ${JSON.stringify(name)}, bytes.fromhex("${value}"))`,
  );
  try {
    python(lines.join('\n'));
    return true;
  } catch {
    return undefined;
  }
}

export function attributesOf(file: string): Attributes {
  const place = JSON.stringify(file);
  const all = `{name: os.getxattr(${place}, name).hex() for name in os.listxattr(${place})}`;
  return JSON.parse(python(`import json; print(json.dumps(${all}))`)) as Attributes;
}

function python(script: string): string {
  return execFileSync('python3', ['-c', `import os\n${script}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
