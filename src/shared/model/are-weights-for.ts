/** Whether a training of a model begins with weights of their model: of timm, a name without a tag means any of its tags. */
export const areWeightsFor = (own: string, model: string): boolean =>
  own === model || (own.startsWith('timm/') && own.split('.')[0] === model);
