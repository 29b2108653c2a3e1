import type { LabHost } from '../lab-host';

/** What a host is, thing by thing: `file /etc/hosts` to its mode, owner and content. */
export type Snapshot = Map<string, string>;

/** One thing that is another than before; null where it was not there, or is no more. */
export interface Difference {
  thing: string;
  before: string | null;
  after: string | null;
}

/**
 * Prints `thing<TAB>value` for what automation could change. What a well host changes by itself is left out: the times of
 * files, logs, images that come, events that leave, keys that expire.
 */
const SCRIPT = `
export LC_ALL=C
since="$1"
tab="$(printf '\\t')"
units() {
  systemctl show --property=Id,ActiveState,InvocationID,NRestarts '*.service' | awk -v RS= -F '\\n' -v tab="$tab" '{
    split("", seen)
    for (n = 1; n <= NF; n++) { at = index($n, "="); seen[substr($n, 1, at - 1)] = substr($n, at + 1) }
    print "unit " seen["Id"] tab seen["ActiveState"] " " seen["InvocationID"] " restarts=" seen["NRestarts"]
  }'
}
own() {
  find /etc /opt/kingfisher -xdev \\( -path /opt/kingfisher/data -o -path '*/node_modules' \\) -prune -o -type f "$@"
}
files() {
  own -printf 'file %p\\t%m %u:%g\\n'
  own -exec sha256sum '{}' + | sed "s|^\\([0-9a-f]*\\)  \\(.*\\)|file \\2 content$tab\\1|"
  find /opt/kingfisher/data -xdev \\( -type d -o -type l \\) -printf 'folder %p\\t%m %u:%g %l\\n'
  find /opt/kingfisher/data/images -xdev -type f ! -newermt "$since" -printf 'file %p\\t%m %u:%g %s\\n'
  find /opt/kingfisher/data/temp -xdev -type f ! -newermt "$since" -printf 'file %p\\t%m %u:%g %s\\n'
}
kept() {
  find /opt/kingfisher/data/quarantine -type f 2>/dev/null | wc -l | sed "s|^|quarantine of images$tab|"
  find /var/lib/halcyon/tokens -type f -printf 'token %f\\t%m %u:%g\\n' 2>/dev/null
}
firewall() {
  nft list ruleset 2>/dev/null | sed 's/ expires [0-9a-z]*//g' | sha256sum | sed "s|^|firewall rules$tab|"
}
# Who does not answer has not lost anything: "unread <kind>" stands for what was there before.
unread() { printf "unread %s$tab\\n" "$@"; }
redis() {
  keyspace="$(timeout 10 redis-cli --no-auth-warning INFO keyspace 2>/dev/null)"
  case "$keyspace" in '# Keyspace'*) ;; *) unread 'redis database'; return ;; esac
  # db1:keys=3,expires=2,avg_ttl=59000
  printf '%s\\n' "$keyspace" |
    awk -F '[:=,]' -v tab="$tab" '/^db/ && $3 > $5 { print "redis database " $1 tab "there" }'
}
queues() {
  for kind in queue exchange; do
    if list="$(timeout 20 rabbitmqctl --quiet --no-table-headers "list_\${kind}s" name durable 2>/dev/null)"; then
      printf '%s\\n' "$list" | sed "s|^|$kind |"
    else
      unread "$kind"
    fi
  done
}
tables() {
  timeout 10 runuser -u postgres -- psql -qAt -F "$tab" zmart_core -c "
    select 'table ' || table_schema || '.' || table_name, count(*) from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema') group by table_schema, table_name" 2>/dev/null ||
    { unread table setting; return 0; }
  runuser -u postgres -- psql -qAt -F "$tab" zmart_core -c "
    select 'setting ' || service_name || ' ' || env || ' ' || version, md5(c::text)
    from kingfisher.config_entries c" 2>/dev/null || unread setting
  runuser -u postgres -- psql -qAt -F "$tab" zmart_core -c "
    select 'table kingfisher.outbox_quarantine rows', count(*) from kingfisher.outbox_quarantine" 2>/dev/null || true
}
units; files; kept; firewall; redis; queues; tables
`;

const UNREAD = 'unread ';

/** Things whose value differs from look to look on a host that is well. */
const RESTLESS = [/^unit (systemd-|user@|halcyon-agent|run-|session-|getty|console-)/, /^file \/etc\/(mtab|resolv)/];

/** `since`: images that are younger are of the host's own work, and left out; so are the folders of later days. */
export async function takeSnapshot(host: LabHost, since: Date): Promise<Snapshot> {
  const { stdout } = await host.exec(['/bin/sh', '-c', SCRIPT, 'snapshot', since.toISOString()]);
  const things = stdout.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf('\t');
    return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
  });
  return new Map(things.filter(([thing]) => !RESTLESS.some((one) => one.test(thing)) && !isOfLaterDay(thing, since)));
}

/** `folder …/images/2026/12/01`, or that of its month or year, in a game day of 2026-11-30. */
export function isOfLaterDay(thing: string, since: Date): boolean {
  const [, day] = /^folder .*\/images\/(\d{4}(?:\/\d\d){0,2})$/.exec(thing) ?? [];
  return day !== undefined && day > since.toISOString().slice(0, day.length).replaceAll('-', '/');
}

/** One after another: of what could not be read at a time, as it was before. */
export function asLastKnown(snapshots: readonly Snapshot[]): Snapshot[] {
  const known: Snapshot[] = [];
  for (const snapshot of snapshots) {
    const unread = [...snapshot.keys()].flatMap((thing) =>
      thing.startsWith(UNREAD) ? [thing.slice(UNREAD.length)] : [],
    );
    const before = [...(known.at(-1) ?? [])].filter(([thing]) => unread.some((kind) => thing.startsWith(`${kind} `)));
    known.push(new Map([...before, ...[...snapshot].filter(([thing]) => !thing.startsWith(UNREAD))]));
  }
  return known;
}

/** In the order of their names. */
export function differences(before: Snapshot, after: Snapshot): Difference[] {
  const things = [...new Set([...before.keys(), ...after.keys()])].sort();
  return things
    .map((thing) => ({ thing, before: before.get(thing) ?? null, after: after.get(thing) ?? null }))
    .filter((one) => one.before !== one.after);
}

/** What differs and belongs neither to the fault nor to its remedy. */
export function collateral(found: Difference[], touches: readonly string[]): Difference[] {
  return found.filter(({ thing }) => !touches.some((start) => thing.startsWith(start)));
}
