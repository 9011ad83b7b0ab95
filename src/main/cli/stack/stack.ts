import type { Command } from '../lib/define.ts';
import { defineLogs } from './logs.ts';
import { defineMigrate } from './migrate.ts';
import { defineStatus } from './status.ts';
import { defineDestroy, defineDown, defineRestart, defineUp } from './verbs.ts';

export function defineStack(group: Command): void {
  defineUp(group);
  defineDown(group);
  defineRestart(group);
  defineDestroy(group);
  defineStatus(group);
  defineLogs(group);
  defineMigrate(group);
}
