import { Input, Text } from '@mantine/core';
import { IconFileZip, IconUpload } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import classes from './file-drop.module.css';

const archives = '.zip,.tar,.tgz,.tar.gz';

interface FileDropProps {
  readonly file: File | null;
  readonly error: ReactNode;
  readonly onFile: (file: File) => void;
}

/** A place to drop an archive on, which also opens the file dialog. */
export function FileDrop({ file, error, onFile }: FileDropProps) {
  const { t, format } = useText();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const first = files?.[0];
    if (first) onFile(first);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  const Icon = file ? IconFileZip : IconUpload;
  return (
    <>
      <button
        type="button"
        className={`plain-button ${classes.drop}`}
        data-over={over || undefined}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Icon size={26} stroke={1.5} aria-hidden />
        <Text fw={550} size="sm">
          {file ? file.name : t('datasets.drop')}
        </Text>
        <Note size="xs">{file ? format.bytes(file.size) : t('datasets.dropHint')}</Note>
      </button>
      {error && <Input.Error>{error}</Input.Error>}
      <input
        ref={input}
        type="file"
        hidden
        accept={archives}
        aria-label={t('datasets.drop')}
        onChange={(event) => take(event.currentTarget.files)}
      />
    </>
  );
}
