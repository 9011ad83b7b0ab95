import sax from 'sax';
import { type Bilingual, phrase } from '../../../../../shared/errors/entry.ts';
import { className, longNameHint, whyTooLong } from '../class-names.ts';

/** An object of an annotation, with the line on which it begins. */
export interface VocObject {
  readonly name: string;
  readonly line: number;
  /** As written: the first and the last pixel, counted from 1 as a rule. */
  readonly xmin: number;
  readonly ymin: number;
  readonly xmax: number;
  readonly ymax: number;
  readonly isDifficult: boolean;
}

/** Why an object can't be used. */
export interface ObjectFault {
  readonly line: number;
  readonly why: Bilingual;
  readonly hint: Bilingual;
}

export interface VocAnnotation {
  readonly filename: { readonly text: string; readonly line: number } | null;
  readonly size: { readonly width: number; readonly height: number; readonly line: number } | null;
  readonly objects: readonly VocObject[];
  readonly faults: readonly ObjectFault[];
  /** Line of the root element. */
  readonly line: number;
}

/** Why a text is no annotation. */
export class XmlFault extends Error {
  readonly why: Bilingual;
  readonly line: number;
  /** The root element, where the text is XML of another kind. */
  readonly otherRoot: string | null;

  constructor(why: Bilingual, line: number, otherRoot: string | null = null) {
    super(why.en);
    this.why = why;
    this.line = line;
    this.otherRoot = otherRoot;
  }
}

interface Element {
  readonly name: string;
  readonly line: number;
  text: string;
  readonly children: Element[];
}

const deepest = 50;

/** Reads a Pascal VOC annotation (host.robots.ox.ac.uk/pascal/VOC, "Annotation format"). @throws XmlFault */
export function readAnnotation(text: string): VocAnnotation {
  const root = parse(text);
  if (root.name !== 'annotation') throw new XmlFault({ en: root.name, ko: root.name }, root.line, root.name);
  const faults: ObjectFault[] = [];
  const objects = childrenOf(root, 'object').flatMap((object) => readObject(object, faults));
  const filename = childOf(root, 'filename');
  const size = childOf(root, 'size');
  const [width, height] = [numberIn(size, 'width'), numberIn(size, 'height')];
  return {
    filename:
      filename && filename.text.trim() !== '' ? { text: filename.text.trim(), line: filename.line } : null,
    size:
      size && width !== null && height !== null && width > 0 && height > 0
        ? { width, height, line: size.line }
        : null,
    objects,
    faults,
    line: root.line,
  };
}

function parse(text: string): Element {
  const parser = sax.parser(true, { position: true });
  const stack: Element[] = [];
  let root: Element | null = null;
  let line = 1;
  parser.onopentagstart = () => {
    // The tag's name ends here; its own line is that of "<".
    line = parser.line + 1;
  };
  parser.onopentag = ({ name }) => {
    const element: Element = { name: plainName(name), line, text: '', children: [] };
    const parent = stack.at(-1);
    if (parent) parent.children.push(element);
    else if (root)
      throw new XmlFault(
        { en: 'a second root element begins here', ko: '최상위 요소가 하나 더 있습니다' },
        line,
      );
    else root = element;
    stack.push(element);
    if (stack.length > deepest)
      throw new XmlFault(
        { en: 'the elements lie too deep in one another', ko: '요소가 너무 깊이 겹쳐 있습니다' },
        line,
      );
  };
  const addText = (piece: string) => {
    const element = stack.at(-1);
    if (element) element.text += piece;
  };
  parser.ontext = addText;
  parser.oncdata = addText;
  parser.onclosetag = () => {
    stack.pop();
  };
  parser.onerror = (error) => {
    const [message = ''] = error.message.split('\n', 1);
    throw new XmlFault({ en: message, ko: message }, parser.line + 1);
  };
  parser.write(text.replace(/^\uFEFF/, '').trimStart()).close();
  if (!root) throw new XmlFault({ en: 'it has no element', ko: '요소가 없습니다' }, 1);
  return root;
}

/** Programs write `Annotation` and `voc:annotation`, too. */
const plainName = (name: string) => name.slice(name.indexOf(':') + 1).toLowerCase();

const childrenOf = (element: Element | undefined, name: string) =>
  element?.children.filter((child) => child.name === name) ?? [];
const childOf = (element: Element | undefined, name: string) => childrenOf(element, name)[0];

function numberIn(element: Element | undefined, name: string): number | null {
  const text = childOf(element, name)?.text.trim() ?? '';
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : null;
}

const nameHint = {
  en: 'Write its class into <name>, or remove the object.',
  ko: '<name>에 클래스를 적거나 객체를 지우세요.',
};
const boxHint = {
  en: 'An object has one <bndbox> with <xmin>, <ymin>, <xmax> and <ymax>, in pixels; the smaller ones are called min.',
  ko: '객체마다 <bndbox>가 하나 있고 그 안에 <xmin>, <ymin>, <xmax>, <ymax>가 픽셀 단위로 있어야 하며, 작은 쪽이 min입니다.',
};
const severalHint = {
  en: 'Write an <object> of its own for each box.',
  ko: '상자마다 <object>를 따로 적으세요.',
};

function readObject(object: Element, faults: ObjectFault[]): VocObject[] {
  const nameElement = childOf(object, 'name');
  const name = className(nameElement?.text ?? '');
  if (name === '') {
    const line = nameElement?.line ?? object.line;
    faults.push({ line, why: { en: 'it has no name', ko: '이름(name)이 없습니다' }, hint: nameHint });
    return [];
  }
  const tooLong = whyTooLong(name);
  if (tooLong) {
    faults.push({ line: nameElement?.line ?? object.line, why: tooLong, hint: longNameHint });
    return [];
  }
  const boxes = childrenOf(object, 'bndbox');
  const [box] = boxes;
  if (!box || boxes.length > 1) {
    const why = box
      ? phrase('"{name}" has {count} boxes (bndbox)', '"{name}"에 상자(bndbox)가 {count}개 있습니다', {
          name,
          count: boxes.length,
        })
      : phrase('"{name}" has no box (bndbox)', '"{name}"에 상자(bndbox)가 없습니다', { name });
    faults.push({ line: (boxes[1] ?? object).line, why, hint: box ? severalHint : boxHint });
    return [];
  }
  const [xmin, ymin, xmax, ymax] = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) => numberIn(box, side));
  if (xmin == null || ymin == null || xmax == null || ymax == null) {
    const missing = ['xmin', 'ymin', 'xmax', 'ymax']
      .filter((side) => numberIn(box, side) === null)
      .join(', ');
    const why = phrase(
      'the box of "{name}" has no number for {missing}',
      '"{name}"의 상자에 {missing} 값이 없습니다',
      { name, missing },
    );
    faults.push({ line: box.line, why, hint: boxHint });
    return [];
  }
  if (xmin >= xmax || ymin >= ymax) {
    const [side, low, high] = xmin >= xmax ? (['x', xmin, xmax] as const) : (['y', ymin, ymax] as const);
    const why = phrase(
      '{side}min of "{name}" is not below {side}max: {low} and {high}',
      '"{name}"의 {side}min이 {side}max보다 작지 않습니다: {low}, {high}',
      { side, name, low, high },
    );
    faults.push({ line: childOf(box, `${side}min`)?.line ?? box.line, why, hint: boxHint });
    return [];
  }
  const isDifficult = /^(?:0*[1-9]\d*|true|yes)$/i.test(childOf(object, 'difficult')?.text.trim() ?? '');
  return [{ name, line: object.line, xmin, ymin, xmax, ymax, isDifficult }];
}
