/** How much of a trainer's event is kept (docs/run-directory.md, "Limits"). What is over a limit is left out and told, never the rest of it. */
export const eventLimits = {
  /** Values of one metric, checkpoint or result event. */
  values: 1000,
  /** Characters of a metric's name. */
  nameCharacters: 256,
  /** Levels of arrays and objects in one field. */
  levels: 16,
  /** Fields, elements and values in one field. */
  parts: 2000,
  /** Characters of a line that is no event, in the log: the file has all of it. */
  quotedCharacters: 2000,
} as const;

/** The largest step: whole numbers are exact up to it. */
export const largestStep = Number.MAX_SAFE_INTEGER;
