type Fields = Readonly<Record<string, unknown>>;

export const image = (id: unknown, file_name: unknown, more: Fields = {}): Fields => ({
  id,
  file_name,
  width: 64,
  height: 48,
  ...more,
});

export const annotation = (id: unknown, image_id: unknown, more: Fields = {}): Fields => ({
  id,
  image_id,
  category_id: 1,
  bbox: [6, 8, 16, 12],
  area: 192,
  iscrowd: 0,
  ...more,
});

export const twoClasses: readonly Fields[] = [
  { id: 1, name: 'bolt' },
  { id: 2, name: 'nut' },
];

/** An annotation file with one entry on each line: line 3 has the first image. */
export function cocoText(
  images: readonly unknown[],
  annotations: readonly unknown[],
  categories: readonly unknown[] = twoClasses,
): string {
  const list = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(',\n');
  return `{\n"images": [\n${list(images)}\n],\n"annotations": [\n${list(annotations)}\n],\n"categories": [\n${list(categories)}\n]\n}\n`;
}
