/** What is said where an annotation's size is not that of its image. */
export const sizeTexts = {
  turned: {
    en: ': width and height are exchanged, as they are stored in a photo before its orientation (EXIF) turns it',
    ko: '. 너비와 높이가 바뀌어 있습니다. 사진의 방향 정보(EXIF)로 회전하기 전, 저장된 그대로의 크기입니다',
  },
  turnedHint: {
    en: 'Label the image as it is displayed, or turn the pixels in the file and remove its orientation (exiftran -ai, mogrify -auto-orient) before labelling. If it has no orientation, exchange width and height.',
    ko: '화면에 보이는 방향대로 라벨링하거나, 라벨링하기 전에 픽셀을 회전하고 방향 정보를 지우세요(exiftran -ai, mogrify -auto-orient). 방향 정보가 없는 이미지라면 너비와 높이를 바꾸어 적으세요.',
  },
  hint: {
    en: 'The image was scaled or replaced after it was labelled: put the one back that was labelled, or write the annotations anew.',
    ko: '라벨링한 뒤에 이미지의 크기가 바뀌었거나 다른 이미지로 바뀌었습니다. 라벨링한 이미지를 되돌려 놓거나 어노테이션을 다시 만드세요.',
  },
} as const;
