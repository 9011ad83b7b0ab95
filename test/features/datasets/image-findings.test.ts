import { expect, test } from 'vitest';
import { isAbout } from '../../../src/main/features/datasets/image-findings.ts';
import { makeProblem } from '../../../src/main/features/datasets/problems.ts';

const found = (path: string, image?: string) => ({
  ...makeProblem('EMPTY_SPLIT', path, {}),
  ...(image === undefined ? {} : { image }),
});

test.each([
  ['the image itself', found('train/a.png'), 'train/a.png'],
  ['the image below folders that wrap the dataset', found('set/train/a.png'), 'train/a.png'],
  ['a file about many images that names it', found('all.json', 'images/a.png'), 'images/a.png'],
  ['YOLO labels beside it', found('train/a.txt'), 'train/a.png'],
  ['YOLO labels in the folder for them', found('data/train/labels/a.txt'), 'train/images/a.png'],
  ['its VOC file', found('VOC2012/Annotations/a.xml'), 'JPEGImages/a.jpg'],
  ['its mask', found('SegmentationClass/a.png'), 'JPEGImages/a.jpg'],
  ['a name that macOS wrote in parts', found('고양이.png'.normalize('NFD')), '고양이.png'],
])('a finding is about an image where it names %s', (_, finding, path) => {
  expect(isAbout(finding, path)).toBe(true);
});

test.each([
  ['an image of the same name in another split', found('val/a.png'), 'train/a.png'],
  ['the labels of another split', found('val/labels/a.txt'), 'train/images/a.png'],
  ['a name that ends in the same letters', found('train/aa.png'), 'a.png'],
  ['a file about many images that names another', found('all.json', 'images/b.png'), 'images/a.png'],
])('a finding is not about an image where it names %s', (_, finding, path) => {
  expect(isAbout(finding, path)).toBe(false);
});
