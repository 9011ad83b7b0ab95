import { type Bilingual, badRequest, conflict, entry, failure, notFound, phrase } from './entry.ts';

/** Errors of datasets: their checks, imports, versions and images. */
export const datasetErrors = {
  DATASET_NOT_FOUND: notFound(
    'There is no dataset "{name}"',
    'Check its id or name in the list of datasets.',
    '"{name}" 데이터셋을 찾을 수 없습니다',
    '데이터셋 목록에서 ID나 이름을 확인하세요.',
    'dataset',
  ),
  DATASET_VERSION_NOT_FOUND: notFound(
    'The dataset "{dataset}" has no version {version}',
    'Check its versions in the dataset, or leave the version out for the newest. If it has none, wait for its import, or import it again.',
    '"{dataset}" 데이터셋에 {version} 버전이 없습니다',
    '데이터셋의 버전을 확인하거나, 버전을 비워 최신 버전을 쓰세요. 버전이 하나도 없으면 가져오기가 끝나기를 기다리거나 다시 가져오세요.',
    'version',
  ),
  DATASET_CHANGED: conflict(
    'Version {version} of the dataset differs from what was imported: {differences}',
    'Put the files back as they were, or import the folder again: that makes a new version.',
    '데이터셋의 버전 {version}{version|이|가} 가져왔을 때와 다릅니다: {differences}',
    '파일을 원래대로 되돌리거나 폴더를 다시 가져와 새 버전을 만드세요.',
  ),
  DATASET_IN_USE: conflict(
    'The dataset "{name}" has {uses} not finished',
    'Cancel the runs and imports that use it, or wait until they finish.',
    '"{name}" 데이터셋에 아직 끝나지 않은 {uses} 있습니다',
    '이 데이터셋을 쓰는 학습과 가져오기를 취소하거나 끝날 때까지 기다리세요.',
    'dataset',
  ),
  DATASET_INVALID: badRequest('The dataset has {errors}', '{hint}', '데이터셋에 {errors}', '{hint}'),
  MANIFEST_DAMAGED: conflict(
    'The manifest of this dataset version differs from what was written',
    'Restore the object store from a snapshot, or import the dataset again under another name.',
    '이 데이터셋 버전의 매니페스트가 저장했을 때와 다릅니다',
    '객체 저장소를 스냅숏에서 복원하거나 데이터셋을 다른 이름으로 다시 가져오세요.',
  ),
  CHECK_NOT_FOUND: notFound(
    'There is no check {check}: it was cancelled, or ended because nothing was watching it',
    'Check again.',
    '검사 {check}{check|이|가} 없습니다. 취소되었거나, 진행 상황을 묻는 곳이 없어 끝났습니다',
    '다시 검사하세요.',
    'checkId',
  ),
  TOO_MANY_CHECKS: entry(
    429,
    '{count} checks are under way already',
    'Wait for one to finish, or cancel it.',
    '이미 {count}개의 검사가 진행 중입니다',
    '하나가 끝나기를 기다리거나 취소하세요.',
  ),
  CHECK_FAILED: failure(
    'The check failed: {cause}',
    'Check again. If it fails again, see the engine’s log in the state folder.',
    '검사하지 못했습니다({cause})',
    '다시 검사하세요. 또 실패하면 상태 폴더의 엔진 로그를 확인하세요.',
  ),
  IMPORT_FAILED: failure(
    'The import failed: {cause}',
    'Find the cause in the engine’s log in the state folder, fix it, and import again.',
    '가져오지 못했습니다({cause})',
    '상태 폴더의 엔진 로그에서 원인을 찾아 고치고 다시 가져오세요.',
  ),
  IMPORT_CANCELLED: conflict(
    'The import was cancelled; nothing of it was kept',
    'Import again.',
    '가져오기를 취소했습니다. 가져온 것은 남지 않았습니다',
    '필요하면 다시 가져오세요.',
  ),
  SOURCE_CHANGED: conflict(
    '{file} was changed while it was being imported',
    'Let whatever writes there finish, then import again.',
    '가져오는 동안 {file}{file|이|가} 바뀌었습니다',
    '파일을 쓰는 작업이 끝난 뒤 다시 가져오세요.',
  ),
  MODE_NEEDS_FOLDER: badRequest(
    'The mode "{mode}" leaves files where they are, but {path} is an archive',
    'Unpack the archive and import the folder, or import it with mode "copy".',
    '"{mode}" 방식은 파일을 제자리에 두는데, {path}{path|은|는} 압축 파일입니다',
    '압축을 풀어 폴더를 가져오거나 복사(mode "copy")로 가져오세요.',
    'mode',
  ),
  LINK_UNSUPPORTED: conflict(
    'The objects of this profile are on an S3 server, so files cannot be linked',
    'Copy the files ([cli:mode "copy"][page:“Copied”]), or leave them where they are ([cli:mode "in_place", --in-place][page:“In place”]).',
    '이 프로필의 객체는 S3 서버에 있어서 파일을 링크로 가져올 수 없습니다',
    '복사([cli:mode "copy"][page:“복사”])로 가져오거나 파일을 제자리에 두세요([cli:mode "in_place", --in-place][page:“제자리”]).',
    'mode',
  ),
  PATH_NOT_FOUND: badRequest(
    'There is nothing at {path}',
    'Check the path; it is looked up on the engine’s machine.',
    '{path}에 아무것도 없습니다',
    '엔진이 있는 컴퓨터의 경로인지 확인하세요.',
    'path',
  ),
  PATH_NOT_ABSOLUTE: badRequest(
    'The path {path} is relative',
    'Give the full path, from the root of the engine’s machine.',
    '{path}{path|은|는} 상대 경로입니다',
    '엔진이 있는 컴퓨터의 루트에서 시작하는 전체 경로를 쓰세요.',
    'path',
  ),
  STATE_FOLDER: badRequest(
    '{path} is Trainyard’s own state folder, contains it, or is inside it',
    'Choose a folder or archive outside of it.',
    '{path}{path|은|는} Trainyard의 상태 폴더이거나 상태 폴더와 겹칩니다',
    '상태 폴더 밖에 있는 폴더나 압축 파일을 고르세요.',
    'path',
  ),
  UNREADABLE_FILE: badRequest(
    "{file} can't be read: {why}",
    '{remedy}, or leave it out.',
    '{file}{file|을|를} 읽을 수 없습니다. {why}',
    '{remedy} 아니면 빼고 진행하세요.',
    'path',
  ),
  ARCHIVE_UNREADABLE: badRequest(
    "{archive} can't be read: {why}",
    '{remedy}. Folders and zip, tar, tar.gz and tar.zst files can be read.',
    '{archive}{archive|을|를} 읽을 수 없습니다. {why}',
    '{remedy} 읽을 수 있는 것은 폴더와 zip, tar, tar.gz, tar.zst 파일입니다.',
    'path',
  ),
  UPLOAD_NOT_FOUND: notFound(
    'There is no upload {upload}',
    'Upload the file again. An upload is kept until it is used, for at most a week.',
    '보낸 파일 {upload}{upload|이|가} 남아 있지 않습니다',
    '파일을 다시 보내세요. 보낸 파일은 쓸 때까지 일주일 동안 보관됩니다.',
    'path',
  ),
  FILE_NOT_FOUND: conflict(
    '{file} is not in {folder} any more',
    'Put the file back, or import the folder again.',
    '{folder}에 {file}{file|이|가} 더는 없습니다',
    '파일을 되돌리거나 폴더를 다시 가져오세요.',
  ),
  FORMAT_UNCLEAR: badRequest(
    'What format the dataset has can’t be seen: {seen}',
    'Choose it: [cli:--format imagenet, coco, yolo or voc][page:“Format” in the form].',
    '데이터셋의 형식을 알 수 없습니다. {seen}',
    '[cli:--format으로 imagenet, coco, yolo, voc 중 하나를][page:가져오기 화면에서 “형식”을] 고르세요.',
    'format',
  ),
  IMAGE_NOT_FOUND: notFound(
    'No image of this dataset version has the hash {sha256}',
    'Take the address from the list of images.',
    '이 데이터셋 버전에는 해시가 {sha256}인 이미지가 없습니다',
    '이미지 목록에 나온 주소를 쓰세요.',
  ),
  IMAGE_UNREADABLE: conflict(
    "{image} can't be read: {why}",
    'Copy the file again from its source, or remove it. Verify the dataset to see which files are damaged.',
    '{image}{image|을|를} 읽을 수 없습니다. {why}',
    '원본에서 파일을 다시 복사하거나 지우세요. 데이터셋에서 손상된 파일은 데이터셋을 검증하면 알 수 있습니다.',
  ),
};

/** What stands for the version in DATASET_VERSION_NOT_FOUND where a dataset has none at all. */
export const noVersionYet = { en: 'yet', ko: '아직' } as const;

/** So many imports, as they stand in a sentence that something has them under way. */
export function importsUnderWay(count: number): Bilingual {
  return count === 1
    ? { en: 'an import that is', ko: '가져오기 1개가' }
    : phrase('{count} imports that are', '가져오기 {count}개가', { count });
}
