import type { Command } from '../lib/define.ts';

/** What the flags below are called in options. */
export interface ServerOptions {
  readonly s3Endpoint?: string;
  readonly s3Profile?: string;
}

/** Adds the flags of a server of S3. Keys and secrets stand in the environment or the files of AWS, never in arguments. */
export const addServerFlags = (command: Command): Command =>
  command
    .flag(
      '--s3-endpoint <url>',
      'server of the s3:// place (left out: as the AWS environment says)',
      's3:// 위치의 서버(생략하면 AWS 환경이 가리키는 서버)',
    )
    .flag(
      '--s3-profile <name>',
      'profile of the AWS files whose credentials are used there',
      '그곳에서 쓸 자격 증명이 든 AWS 파일의 프로필',
    );
