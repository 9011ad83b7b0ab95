import { datasetCodes } from './dataset-codes.ts';
import { profileCodes } from './profile-codes.ts';

export interface KnownCode {
  readonly message: string;
  readonly hint: string;
}

/** 코드로 알아보는 문제. 엔진이 보낸 영어 문장은 이름과 수를 담고 있으므로 곁에 그대로 보여 줍니다. */
export const koreanCodes: Readonly<Record<string, KnownCode>> = {
  ...datasetCodes,
  ...profileCodes,
};
