import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CompatData, CompatStatement, Identifier } from '@mdn/browser-compat-data';
import ts from 'typescript';

const data: Pick<CompatData, 'api' | 'javascript'> = JSON.parse(
  readFileSync(path.resolve('node_modules/@mdn/browser-compat-data/data.json'), 'utf8'),
);
const builtins = data.javascript.builtins ?? {};

/** A use of what the oldest browser lacks. */
export interface YoungApi {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** As the browsers' compatibility data name it: `AbortSignal.any`. */
  readonly name: string;
  /** The Chrome that has it first; null where none has. */
  readonly since: number | null;
}

/** The first Chrome with it; null where none has it, undefined where the data do not say. */
function sinceOf(compat: CompatStatement | undefined): number | null | undefined {
  const chrome = compat?.support.chrome;
  const statements = chrome === undefined ? [] : [chrome].flat();
  const plain = statements.filter(
    ({ flags, prefix, alternative_name }) => !flags && !prefix && !alternative_name,
  );
  if (statements.length === 0) return undefined;
  const versions = plain.flatMap(({ version_added }) =>
    typeof version_added === 'string' ? [Number.parseInt(version_added.replace('≤', ''), 10)] : [],
  );
  return versions.length === 0 || versions.some(Number.isNaN) ? null : Math.min(...versions);
}

/** TypeScript's names for one thing's instances and statics, without what only TypeScript has: `ReadonlyArray`, `PromiseConstructor`. */
const plainName = (name: string) =>
  name.replace(/^Readonly(?=[A-Z])/, '').replace(/(?<=[a-z])(Constructor|Object)$/, '');

function compatOf(owner: string, member: string): CompatStatement | undefined {
  const homes: (Identifier | undefined)[] = [data.api[owner], builtins[plainName(owner)]];
  const keys = [member, `${member}_static`];
  return homes
    .flatMap((home) => keys.map((key) => home?.[key]?.__compat))
    .find((compat) => compat !== undefined);
}

const isLibrary = (file: ts.SourceFile) => /[\\/]typescript[\\/]lib[\\/]lib\.[^\\/]+$/.test(file.fileName);

/** The interface, or the variable with the statics, that declares a member; null for what stands alone. */
function ownerOf(declaration: ts.Declaration): string | null {
  const { parent } = declaration;
  if (ts.isInterfaceDeclaration(parent)) return parent.name.text;
  const isStatic = ts.isTypeLiteralNode(parent) && ts.isVariableDeclaration(parent.parent);
  return isStatic ? parent.parent.name.getText() : null;
}

/** A type's name and those that it comes from: the data list what a mixin adds at each interface that has it. */
function* namesOf(type: ts.Type): Generator<string> {
  if (type.isUnionOrIntersection()) {
    for (const one of type.types) yield* namesOf(one);
    return;
  }
  const name = type.getSymbol()?.name;
  if (name !== undefined) yield name;
  if (type.isClassOrInterface()) for (const base of type.getBaseTypes() ?? []) yield* namesOf(base);
}

/** Whether the code itself looks if it is there: `navigator.userAgentData?.brands`, `history.back?.()`. */
const isOptional = ({ parent }: ts.Node) =>
  (ts.isPropertyAccessExpression(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isCallExpression(parent)) &&
  parent.questionDotToken !== undefined;

/** What of the browser's own is used by the program's own files and younger than Chrome `oldest`. */
export function youngApis(program: ts.Program, oldest: number): YoungApi[] {
  const checker = program.getTypeChecker();
  const found: YoungApi[] = [];
  const meet = (node: ts.Node, name: string, compat: CompatStatement | undefined) => {
    const since = sinceOf(compat);
    if (since === undefined || (since !== null && since <= oldest)) return;
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push({ file: path.relative(process.cwd(), file.fileName), line: line + 1, name, since });
  };
  const declarationOf = (node: ts.Node) =>
    checker.getSymbolAtLocation(node)?.declarations?.find((one) => isLibrary(one.getSourceFile()));

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isPropertyAccessExpression(node)) {
      const declaration = declarationOf(node.name);
      if (declaration && !isOptional(node)) {
        const receiver = checker.getApparentType(checker.getTypeAtLocation(node.expression));
        const owners = [ownerOf(declaration), ...namesOf(receiver)].filter((one) => one !== null);
        const owner = owners.find((one) => compatOf(one, node.name.text));
        if (owner !== undefined)
          meet(node.name, `${plainName(owner)}.${node.name.text}`, compatOf(owner, node.name.text));
      }
    } else if (ts.isIdentifier(node) && ts.isExpression(node) && declarationOf(node) && !isOptional(node)) {
      const { text } = node;
      const isMember = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
      if (!isMember)
        meet(node, text, (data.api[text] ?? data.api.Window?.[text] ?? builtins[text])?.__compat);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles())
    if (!file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file)) visit(file);
  return found;
}
