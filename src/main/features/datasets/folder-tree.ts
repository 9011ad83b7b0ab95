import { normalName } from './names.ts';

/** A folder of a source with what lies in it. Names are normal (NFC): one folder, however a system composed it. */
export interface FolderNode {
  readonly name: string;
  /** As the source spells it where it was met first. */
  readonly spelled: string;
  /** Spelled in two compositions: there are two folders of this name. */
  isTwofold: boolean;
  /** Images that lie directly in it. */
  images: number;
  /** Images in it and below. */
  total: number;
  /** Files that are no images lie in it or below. */
  holdsOthers: boolean;
  /** The path of an image in the folder or below it; empty if there is none. */
  example: string;
  readonly children: Map<string, FolderNode>;
}

function makeNode(spelled: string): FolderNode {
  return {
    name: normalName(spelled),
    spelled,
    isTwofold: false,
    images: 0,
    total: 0,
    holdsOthers: false,
    example: '',
    children: new Map(),
  };
}

export interface SeenPaths {
  readonly images: readonly (readonly string[])[];
  readonly folders: readonly (readonly string[])[];
  /** Folders in which files lie that are no images. */
  readonly otherFolders: readonly (readonly string[])[];
}

/** The tree of all folders, from the source's top on. */
export function growTree({ images, folders, otherFolders }: SeenPaths): FolderNode {
  const root = makeNode('');
  for (const folder of folders) reach(root, folder, folder.length, () => undefined);
  for (const folder of otherFolders) {
    reach(root, folder, folder.length, (node) => {
      node.holdsOthers = true;
    });
  }
  for (const image of images) {
    const last = reach(root, image, image.length - 1, (node) => {
      node.total += 1;
      if (node.example === '') node.example = image.join('/');
    });
    last.images += 1;
  }
  return root;
}

function reach(
  root: FolderNode,
  path: readonly string[],
  length: number,
  visit: (node: FolderNode) => void,
): FolderNode {
  let node = root;
  visit(node);
  for (let level = 0; level < length; level += 1) {
    const spelled = path[level] ?? '';
    const name = normalName(spelled);
    let child = node.children.get(name);
    if (!child) {
      child = makeNode(spelled);
      node.children.set(name, child);
    } else if (child.spelled !== spelled) child.isTwofold = true;
    visit(child);
    node = child;
  }
  return node;
}

/** The folders directly in one that hold images, there or below. */
export function imageFolders(node: FolderNode): FolderNode[] {
  return [...node.children.values()].filter(({ total }) => total > 0);
}

/** Most of a folder's images lie in folders of it. */
export function isNested(node: FolderNode): boolean {
  return node.total > node.images * 2;
}
