import { type Command, Option } from 'commander';
import { deepestClasses, namesEncodings } from '../../../shared/contract/datasets.ts';
import type { DatasetListOptions } from '../actions/dataset.ts';
import type { DatasetImportOptions } from '../actions/dataset-import.ts';
import type { DatasetValidateOptions } from '../actions/dataset-validate.ts';
import { defineCommand, defineGroup, integer, perform } from '../define.ts';
import { translate } from '../language.ts';
import { defineStatistics } from './jobs.ts';

const format = () =>
  new Option('--format <format>', translate('how the folder is laid out', '폴더의 형식'))
    .choices(['imagenet'])
    .default('imagenet');

/** How a source is read where it does not tell by itself. */
const classesAt = () =>
  new Option(
    '--classes-at <level>',
    translate(
      'level of the class folders, 1 being the first (left out: recognised)',
      '클래스 폴더가 있는 단계. 맨 위가 1입니다(생략하면 알아냅니다)',
    ),
  ).argParser(integer(1, deepestClasses));
const namesEncoding = () =>
  new Option(
    '--names-encoding <encoding>',
    translate(
      "encoding of an archive's names where the archive does not say it",
      '압축 파일이 이름의 인코딩을 밝히지 않을 때 쓸 인코딩',
    ),
  )
    .choices([...namesEncodings])
    .default('auto');

export function defineDataset(program: Command): void {
  const group = defineGroup(
    program,
    'dataset',
    translate('datasets: images in immutable versions', '데이터셋: 바뀌지 않는 버전으로 보관되는 이미지'),
  );

  const validate = defineCommand(group, {
    usage: 'validate <path>',
    description: translate(
      'check a folder, zip or tar; imports nothing and needs no engine',
      '폴더, zip, tar를 검사합니다. 아무것도 가져오지 않으며 엔진이 필요 없습니다',
    ),
    examples: ['dataset validate photos', 'dataset validate photos.zip --names-encoding cp949 --json'],
    json: '{"ok", "errors": [{"code", "path", "message", "hint"}], "warnings": […], "summary"}',
  })
    .addOption(format())
    .addOption(classesAt())
    .addOption(namesEncoding());
  perform<DatasetValidateOptions>(validate, async (options, path = '') =>
    (await import('../actions/dataset-validate.ts')).validateDataset(options, path),
  );

  const imports = defineCommand(group, {
    usage: 'import <path>',
    description: translate(
      'import a folder, zip or tar; the same bytes again give the version that is there',
      '폴더, zip, tar를 가져옵니다. 같은 내용이면 있던 버전을 씁니다',
    ),
    examples: [
      'dataset import photos --project demo',
      'dataset import /data/photos --project demo --in-place --name photos',
    ],
    json: '{"id", "name", "version", "classes": [{"name", "count"}], "images", "sizeBytes", "mode", "reused"}',
  })
    .requiredOption(
      '--project <project>',
      translate('project that it is for, by name or id', '쓸 프로젝트의 이름이나 ID'),
    )
    .addOption(format())
    .option(
      '--name <name>',
      translate("the dataset's name (left out: the folder's)", '데이터셋 이름(생략하면 폴더 이름)'),
    )
    .option('--description <text>', translate('what it is about', '설명'))
    .addOption(
      new Option(
        '--in-place',
        translate(
          'leave the files where they are and watch for changes',
          '파일을 그 자리에 두고 바뀌었는지 확인합니다',
        ),
      ).conflicts('link'),
    )
    .option(
      '--link',
      translate(
        'link the files where the disk can (reflink, hard link)',
        '디스크가 되면 파일을 링크합니다(reflink, 하드 링크)',
      ),
    )
    .addOption(classesAt())
    .addOption(namesEncoding())
    .option(
      '--skip-invalid',
      translate('leave out the files with errors', '오류가 있는 파일은 빼고 가져옵니다'),
    );
  perform<DatasetImportOptions>(imports, async (options, path = '') =>
    (await import('../actions/dataset-import.ts')).importDataset(options, path),
  );

  const cancel = defineCommand(group, {
    usage: 'cancel <dataset>',
    description: translate(
      'cancel the import of a dataset that is under way; nothing of it is kept',
      '진행 중인 가져오기를 취소합니다. 가져온 것은 남지 않습니다',
    ),
    examples: ['dataset cancel photos'],
    json: '{"id", "name", "importId", "phase": "cancelled"}',
  });
  perform(cancel, async (options, dataset = '') =>
    (await import('../actions/dataset-import.ts')).cancelImport(options, dataset),
  );

  const list = defineCommand(group, {
    usage: 'list',
    description: translate('list the datasets, newest first', '데이터셋을 최신순으로 나열합니다'),
    examples: ['dataset list', 'dataset list --project demo'],
    json: '{"datasets": [{"id", "name", "version", "images", "classes", …}]}',
  })
    .option('--project <project>', translate('only those of a project', '한 프로젝트의 것만'))
    .option('--search <text>', translate('only those whose name holds this', '이름에 이 글이 든 것만'));
  perform<DatasetListOptions>(list, async (options) =>
    (await import('../actions/dataset.ts')).listDatasets(options),
  );

  const show = defineCommand(group, {
    usage: 'show <dataset>',
    description: translate(
      'show a dataset with its versions, by name or id',
      '이름이나 ID로 데이터셋과 버전을 보입니다',
    ),
    examples: ['dataset show photos'],
    json: '{"id", "name", "version", "classes", "versions": […], "validation", …}',
  });
  perform(show, async (options, dataset = '') =>
    (await import('../actions/dataset.ts')).showDataset(options, dataset),
  );

  defineStatistics(group);
}
