/** The same in Korean, which has one form for any number: a text that is missing does not compile. */
export type Korean<Part> = {
  readonly [Key in keyof Part as Key extends `${string}_one` ? never : Key]: Part[Key] extends string
    ? string
    : Korean<Part[Key]>;
};
