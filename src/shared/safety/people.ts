/** Whether two names mean one person: `Anna`, ` anna` and `anna@example.com` do. */
export function isSamePerson(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

function plainName(name: string): string {
  return name.trim().toLowerCase().replace(/@.*$/, '');
}
