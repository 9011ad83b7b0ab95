/** What is said where an annotation's size is not that of its image. */
export const sizeTexts = {
  turned: {
    en: ': the size as it is stored, before the photo’s orientation (EXIF) turns it',
    ko: '. 사진의 방향 정보(EXIF)로 회전하기 전, 저장된 그대로의 크기입니다',
  },
  turnedHint: {
    en: 'Label the image as it is displayed, or turn the pixels in the file and remove its orientation (exiftran -ai, mogrify -auto-orient) before labelling.',
    ko: '화면에 보이는 방향대로 라벨링하거나, 라벨링하기 전에 픽셀을 회전하고 방향 정보를 지우세요(exiftran -ai, mogrify -auto-orient).',
  },
  hint: {
    en: 'The image was scaled or replaced after it was labelled: put the one back that was labelled, or write the annotations anew.',
    ko: '라벨링한 뒤에 이미지의 크기가 바뀌었거나 다른 이미지로 바뀌었습니다. 라벨링한 이미지를 되돌려 놓거나 어노테이션을 다시 만드세요.',
  },
} as const;
