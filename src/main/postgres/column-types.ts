import type { ColumnType, JSONColumnType } from 'kysely';

/** jsonb: parsed when read, text when written (`JSON.stringify`). */
export type Json<Value extends object> = JSONColumnType<Value>;
export type JsonOrNull<Value extends object> = ColumnType<
  Value | null,
  string | null | undefined,
  string | null
>;
/** A time with a default: may be left out. */
export type DefaultTime = ColumnType<Date, Date | string | undefined, Date | string>;
export type TimeOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
export type Nullable<Value> = ColumnType<Value | null, Value | null | undefined, Value | null>;
export type JsonObject = Record<string, unknown>;
