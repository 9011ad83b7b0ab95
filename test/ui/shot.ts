import type { Page } from 'playwright-core';
import type { Fixture } from './fixture-server.ts';

/** A screen that is shot. */
export interface Shot {
  readonly name: string;
  readonly path: string;
  readonly act?: (page: Page) => Promise<void>;
  /** What the fixture is to be before; left out where a real engine is shot. */
  readonly before?: (fixture: Fixture) => void | Promise<void>;
  /** 1440 where left out. */
  readonly width?: number;
}
