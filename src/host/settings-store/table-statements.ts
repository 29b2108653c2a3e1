import type { TableSettings } from '../agent-settings';
import { quoted } from '../stores/database';

/**
 * `read` gives at most two rows of `value`, `etag` and `type` as text, with a digest of the whole column and the row's last
 * transaction; `replace` a row where it wrote. Parameters: the values
 * of the named columns and the path where there is one, then for `replace` the etag and the value that must stand there, the
 * new value, and the new etag.
 */
export interface TableStatements {
  read: string;
  replace: string;
}

export function tableStatements({ table, where, columns, path }: TableSettings): TableStatements {
  const names = Object.keys(where);
  const value = quoted(columns.value);
  const etag = quoted(columns.etag);
  const name = quoted(table);
  const isNamed = names.map((column, index) => `${quoted(column)} = $${index + 1}`).join(' AND ');
  const given = names.length + (path === undefined ? 0 : 1);
  const [seenEtag, old, wanted, newEtag] = [1, 2, 3, 4].map((nth) => `$${given + nth}`) as [
    string,
    string,
    string,
    string,
  ];
  const { shown, type, isSame, written } =
    path === undefined ? wholeColumn(value, old, wanted) : withinDocument(value, `$${given}::text[]`, old, wanted);
  return {
    read: `SELECT ${shown} AS value, ${etag}::text AS etag, ${type} AS type,
        md5(${value}::text) AS content, xmin::text AS writing FROM ${name} WHERE ${isNamed} LIMIT 2`,
    replace: `UPDATE ${name} SET ${value} = ${written}, ${etag} = ${newEtag}
      WHERE ${isNamed} AND ${etag}::text = ${seenEtag} AND ${isSame}
        AND (SELECT count(*) FROM ${name} WHERE ${isNamed}) = 1
      RETURNING 1`,
  };
}

/** Compared as the text that PostgreSQL makes of it: the column may be text, a number or JSON. */
function wholeColumn(value: string, old: string, wanted: string) {
  return {
    shown: `${value}::text`,
    type: `pg_typeof(${value})::text`,
    isSame: `${value}::text = ${old}`,
    written: wanted,
  };
}

/** PostgreSQL itself puts the value into the document: numbers that JavaScript cannot hold stay as they are elsewhere. */
function withinDocument(document: string, path: string, old: string, wanted: string) {
  const found = `(${document} #> ${path})`;
  return {
    shown: `CASE WHEN jsonb_typeof${found} IN ('number', 'string', 'boolean') THEN ${found}::text END`,
    type: `'jsonb ' || jsonb_typeof${found}`,
    isSame: `${found} = ${old}::jsonb`,
    written: `jsonb_set(${document}, ${path}, ${wanted}::jsonb)`,
  };
}
