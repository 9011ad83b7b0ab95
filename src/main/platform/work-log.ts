/** Where the messages of background work go; pino's order of arguments. */
export interface WorkLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
