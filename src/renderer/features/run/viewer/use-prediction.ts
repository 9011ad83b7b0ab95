import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { mostImageBytes, type Prediction } from '../../../../shared/contract/predictions.ts';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { engine } from '../../../rpc/client.ts';
import { uploadFile } from '../../../rpc/upload.ts';

const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);

/** What a run's model finds in the file that was given last; the one before is given up. */
export function usePrediction(run: string) {
  const underWay = useRef<AbortController>(null);
  const { mutate, ...state } = useMutation({
    mutationFn: async (file: File): Promise<Prediction> => {
      underWay.current?.abort();
      const controller = new AbortController();
      underWay.current = controller;
      const { signal } = controller;
      if (file.size > mostImageBytes)
        throw fault('PREDICTION_IMAGE_TOO_LARGE', {
          size: mebibytes(file.size),
          most: mebibytes(mostImageBytes),
        });
      const image = await uploadFile(file, () => {}, signal);
      return await engine.runs.predict({ run, image, preview: true }, { signal });
    },
  });
  useEffect(() => () => underWay.current?.abort(), []);
  const cancel = () => {
    underWay.current?.abort();
    state.reset();
  };
  return { ...state, predict: mutate, cancel };
}
