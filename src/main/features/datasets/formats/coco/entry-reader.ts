import type { AnnotationReader } from './annotation-reader.ts';
import type { CocoId } from './entries.ts';
import { type JsonCursor, keyNames } from './json-cursor.ts';

const imageKeys = keyNames('id', 'file_name', 'width', 'height');
const categoryKeys = keyNames('id', 'name', 'supercategory');
const openObject = 0x7b;
const [quote, digitZero, digitNine] = [0x22, 0x30, 0x39];

/** Takes an entry of the list of images; what is not as it should be is null. */
export function readImage(cursor: JsonCursor, ids: AnnotationReader) {
  const isObject = cursor.peek() === openObject;
  const entry = {
    id: null as CocoId | null,
    fileName: null as string | null,
    width: null as number | null,
    height: null as number | null,
    line: cursor.line,
    isObject,
  };
  if (!isObject) cursor.skipValue();
  else
    cursor.fields(imageKeys, (key) => {
      if (key === 0) entry.id = ids.readId();
      else if (key === 1) entry.fileName = takeText(cursor);
      else if (key === 2) entry.width = takeSize(cursor);
      else if (key === 3) entry.height = takeSize(cursor);
      else cursor.skipValue();
    });
  return entry;
}

/** Takes an entry of the list of categories; what is not as it should be is null. */
export function readCategory(cursor: JsonCursor, ids: AnnotationReader) {
  const isObject = cursor.peek() === openObject;
  const entry = {
    id: null as CocoId | null,
    name: null as string | null,
    parent: null as string | null,
    line: cursor.line,
    isObject,
  };
  if (!isObject) cursor.skipValue();
  else
    cursor.fields(categoryKeys, (key) => {
      if (key === 0) entry.id = ids.readId();
      else if (key === 1) entry.name = takeText(cursor);
      else if (key === 2) entry.parent = takeText(cursor);
      else cursor.skipValue();
    });
  return entry;
}

function takeText(cursor: JsonCursor): string | null {
  if (cursor.peek() === quote) return cursor.string();
  cursor.skipValue();
  return null;
}

/** Null where it is no size. */
function takeSize(cursor: JsonCursor): number | null {
  const byte = cursor.peek();
  let value = Number.NaN;
  if (byte === quote) value = Number(cursor.string());
  else if (byte >= digitZero && byte <= digitNine) value = cursor.number();
  else cursor.skipValue();
  return Number.isInteger(value) && value > 0 ? value : null;
}
