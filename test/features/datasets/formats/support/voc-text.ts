/** An object with its box; `more` stands before the box. */
export const objectXml = (
  name: string,
  [xmin, ymin, xmax, ymax]: readonly (number | string)[] = [7, 9, 22, 20],
  more = '',
): string =>
  `<object>\n<name>${name}</name>${more}<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>\n`;

export const sizeXml = (width: number, height: number): string =>
  `<size><width>${width}</width><height>${height}</height></size>`;

/** An annotation whose first object begins on line 4. */
export const annotationXml = (filename: string, objects: string, size = sizeXml(64, 48)): string =>
  `<annotation>\n<filename>${filename}</filename>\n${size}\n${objects}</annotation>\n`;
