import { expect, test } from 'vitest';
import { noisy, sampleFormats, scientificTiff } from '../../support/odd-images.ts';
import { judge } from './support/judge.ts';
import { told } from './support/validate.ts';

test('an AVIF is one by its compatible brands, whatever its major brand, and turned by its own irot', async () => {
  const plain = await noisy(1, 48, 32).avif().toBuffer();
  const turned = await noisy(1, 48, 32).withMetadata({ orientation: 6 }).avif().toBuffer();
  for (const brand of ['avif', 'mif1', 'msf1', 'miaf']) {
    plain.write(brand, 8, 'latin1');
    const { errors, image } = await judge('a.avif', plain);
    expect(errors).toEqual([]);
    expect(image).toMatchObject({ type: 'avif', width: 48, height: 32 });
  }
  expect((await judge('b.avif', turned)).image).toMatchObject({ width: 32, height: 48 });
});

const ftyp = (major: string, ...compatible: string[]) => {
  const brands = Buffer.from([major, '\0\0\0\0', ...compatible].join(''), 'latin1');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(brands.length + 8);
  return Buffer.concat([size, Buffer.from('ftyp'), brands, Buffer.alloc(64)]);
};
const behind = (offset: number, text: string) =>
  Buffer.concat([Buffer.alloc(offset), Buffer.from(text), Buffer.alloc(64)]);
const latin = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(64, 1)]);
/** A TIFF whose first image is a preview of another one, as Nikon's and Sony's. */
const preview = () =>
  scientificTiff(new Uint8Array(1024), 8, sampleFormats.unsigned, [
    [254, 1],
    [330, 8],
  ]);

test.each<[string, string, () => Buffer]>([
  ['HEIC', 'a.heic', () => ftyp('heic', 'mif1', 'heic')],
  ['HEIC', 'b.heic', () => ftyp('mif1', 'mif1', 'heic')],
  ['HEIC', 'c.heic', () => ftyp('msf1', 'hevc')],
  ['raw file of a camera', 'a.cr3', () => ftyp('crx ', 'crx ')],
  ['raw file of a camera', 'a.cr2', () => latin('II*\0\x10\0\0\0CR\x02\0')],
  ['raw file of a camera', 'a.nef', preview],
  ['raw file of a camera', 'renamed.tif', preview],
  ['raw file of a camera', 'a.pef', () => scientificTiff(new Uint8Array(1024), 8, 1)],
  ['raw file of a camera', 'a.raf', () => latin('FUJIFILMCCD-RAW 0201')],
  ['JPEG XL', 'a.jxl', () => latin('\xff\x0a')],
  ['JPEG XL', 'b.jxl', () => latin('\0\0\0\x0cJXL \r\n\x87\n')],
  ['JPEG 2000', 'a.jp2', () => latin('\0\0\0\x0cjP  \r\n\x87\n')],
  ['JPEG 2000', 'a.j2k', () => latin('\xff\x4f\xff\x51')],
  ['JPEG XR', 'a.jxr', () => latin('II\xbc\x01')],
  ['BMP', 'a.bmp', () => Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)])],
  ['DICOM', 'a.dcm', () => behind(128, 'DICM')],
  ['DICOM', 'without-its-mark.dcm', () => latin('anything')],
  ['OpenEXR', 'a.exr', () => latin('v/1\x01')],
  ['Radiance HDR', 'a.hdr', () => latin('#?RADIANCE\n')],
])('a %s (%s) is told by its name, and what to convert it to', async (title, name, make) => {
  const { errors, image } = await judge(name, make());
  expect(told(errors)).toEqual([`IMAGE_TYPE_UNSUPPORTED cat/${name}`]);
  expect(errors[0]?.message).toContain(title);
  expect(errors[0]?.hint).toContain('Convert it to PNG or JPEG');
  expect(image).toBeUndefined();
});

test.each<[string, string, () => Buffer]>([
  [
    'SVG',
    'logo.svg',
    () => Buffer.from('<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
  ],
  ['ICO', 'folder.ico', () => Buffer.from([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0, 0])],
  ['PSD', 'source.psd', () => latin('8BPS\0\x01')],
])('a stray %s is left out with a warning that names it', async (title, name, make) => {
  const { errors, warnings } = await judge(name, make());
  expect(errors).toEqual([]);
  expect(told(warnings)).toEqual([`IMAGE_TYPE_UNSUPPORTED cat/${name}`]);
  expect(warnings[0]?.message).toContain(title);
});
