/** Why a snapshot was made for which nobody said why; kept in its manifest, so it is the same in every language. */
export const byHand = 'by hand';

/** Why a snapshot was made that the schedule made, likewise. */
export const bySchedule = 'by schedule';
