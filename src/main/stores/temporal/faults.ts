import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { TemporalEndpoint } from '../../platform/endpoints.ts';

/** gRPC's numbers of the answers that mean something here. */
const permissionDenied = 7;
const unauthenticated = 16;

/** What OpenSSL and Node say if a certificate, or the lack of one, is the reason. */
const tlsFailure =
  /certificate|self[- ]signed|unable to verify|altnames|wrong version number|SSL routines|ERR_TLS|ERR_SSL|tlsv1|UnknownIssuer|InvalidCertificate/i;

/** The innermost cause. */
function innermost(error: unknown): { code: number | null; text: string; name: string } {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (!(current instanceof Error)) return { code: null, text: String(current), name: '' };
  const code: unknown = Reflect.get(current, 'code');
  const details: unknown = Reflect.get(current, 'details');
  const text = typeof details === 'string' && details !== '' ? details : current.message;
  return { code: typeof code === 'number' ? code : null, text, name: current.name };
}

/** An error of Temporal's client or worker as one that a person reads. Nothing of the API key or of the certificates is in it. */
export function temporalFault({ address, namespace, tls }: TemporalEndpoint, error: unknown): TrainyardError {
  if (error instanceof TrainyardError) return error;
  const { code, text, name } = innermost(error);
  const parameters = { address, namespace, cause: text };
  const options = { cause: error };
  if (name === 'NamespaceNotFoundError' || /namespace \S+ (is )?not found/i.test(text))
    return fault('TEMPORAL_NAMESPACE_MISSING', parameters, options);
  if (code === unauthenticated || code === permissionDenied)
    return fault('TEMPORAL_REFUSED_CREDENTIALS', parameters, options);
  if (tlsFailure.test(text)) {
    const hint =
      tls === null
        ? {
            en: 'Connect without TLS only where the server has none.',
            ko: 'TLS 없는 연결은 서버도 TLS를 쓰지 않을 때만 하세요.',
          }
        : {
            en: 'Give the certificate of the authority that signed it, and the name that stands in it.',
            ko: '서명한 인증 기관의 인증서와 인증서에 적힌 이름을 지정하세요.',
          };
    return fault('TEMPORAL_UNTRUSTED', { ...parameters, hint }, options);
  }
  if (code === null && name !== 'TransportError') return fault('TEMPORAL_FAILED', parameters, options);
  return fault('TEMPORAL_UNREACHABLE', parameters, options);
}
