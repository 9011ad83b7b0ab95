import { Input, Text } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import classes from './file-drop.module.css';
import { Note } from './note.ts';

interface FileDropProps {
  /** What the file dialog offers, as `.zip,.tar`. */
  readonly accept: string;
  readonly icon: TablerIcon;
  /** What is to be dropped here. */
  readonly label: string;
  /** In the place of the label, as the name of the file that is there. */
  readonly title?: string | undefined;
  readonly hint: string;
  readonly error?: ReactNode;
  readonly onFile: (file: File) => void;
}

/** A place to drop a file on, which also opens the file dialog. */
export function FileDrop({ accept, icon: Icon, label, title = label, hint, error, onFile }: FileDropProps) {
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
          {title}
        </Text>
        <Note size="xs">{hint}</Note>
      </button>
      {error && <Input.Error>{error}</Input.Error>}
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          take(event.currentTarget.files);
          // The same file again is a choice, too.
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
