/** What a person reads when a training cannot go on: what is wrong, and how to fix it. */
export class TrainerError extends Error {
  constructor(message: string, hint: string) {
    super(`${message.replace(/\.?$/, '.')} ${hint}`);
    this.name = 'TrainerError';
  }
}

/** Thrown at the next safe place once the trainer was told to stop. */
export class Stopped extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'Stopped';
  }
}
