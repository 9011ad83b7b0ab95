import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

export interface ZipEntry {
  readonly name: string | Buffer;
  readonly body: Uint8Array;
  /** The name is said to be UTF-8; true unless told otherwise. */
  readonly utf8?: boolean;
  /** Unix mode, as programs on Unix write it. */
  readonly mode?: number;
  /** What the headers say in place of the truth. */
  readonly claimedSize?: number;
  readonly claimedCrc?: number;
  readonly encrypted?: boolean;
  /** The compression method that the headers say; 8 (deflate) unless told otherwise. */
  readonly method?: number;
  /** The system that is said to have made the entry: 3 is Unix (so unless told otherwise), 0 is DOS and Windows. */
  readonly madeBy?: number;
}

/** A zip file, honest or not (APPNOTE 4.3): local headers with the packed bytes, then the central directory. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const packed = deflateRawSync(entry.body);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE((entry.utf8 === false ? 0 : 1 << 11) | (entry.encrypted ? 1 : 0), 2);
    common.writeUInt16LE(entry.method ?? 8, 4);
    common.writeUInt32LE(entry.claimedCrc ?? crc32(entry.body), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(entry.claimedSize ?? entry.body.length, 18);
    common.writeUInt16LE(name.length, 22);
    const header = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([0x14, entry.madeBy ?? 3]);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, common, tail, name]));
    local.push(header);
    offset += header.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

export type TarEntry = Partial<Header> & { readonly name: string; readonly body?: Uint8Array };

/** A tar file; with `gzip`, a tar.gz. */
export async function tar(entries: readonly TarEntry[], options: { gzip?: boolean } = {}): Promise<Buffer> {
  const packing = pack();
  for (const { body, ...header } of entries) packing.entry(header, body ?? '');
  packing.finalize();
  const bytes = await buffer(Readable.from(packing as AsyncIterable<Uint8Array>));
  return options.gzip ? gzipSync(bytes) : bytes;
}
