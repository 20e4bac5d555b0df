import { generateKeyPairSync, sign } from 'node:crypto';

/** Both in PEM. */
interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * A certificate by which a client of the cluster is `user`, a member of `group`. It is signed by its own key: whoever names it as
 * the authority of clients trusts this client and nobody else. It does not expire. The form is that of RFC 5280, section 4.1.
 */
export function makeClientCertificate(user: string, group: string): ClientCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(SEQUENCE, nameOf(ORGANIZATION, group), nameOf(COMMON_NAME, user));
  const content = der(
    SEQUENCE,
    der(0xa0, VERSION_3),
    der(INTEGER, [1]),
    ECDSA_WITH_SHA256,
    name,
    FOR_EVER,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, FOR_CLIENTS)),
  );
  const signature = der(BIT_STRING, [0], sign('sha256', content, privateKey));
  const certificate = der(SEQUENCE, content, ECDSA_WITH_SHA256, signature).toString('base64');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
  };
}

/** Tags of ASN.1. */
const [INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, UTF8_STRING] = [0x02, 0x03, 0x04, 0x06, 0x0c];
const [UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET] = [0x17, 0x18, 0x30, 0x31];

/** 2.5.4.3, 2.5.4.10 and 2.5.29.37; 1.3.6.1.5.5.7.3.2 and 1.2.840.10045.4.3.2 below. */
const [COMMON_NAME, ORGANIZATION, EXTENDED_KEY_USAGE] = ['550403', '55040a', '551d25'];
const CLIENT_AUTH = '2b06010505070302';

const VERSION_3 = der(INTEGER, [2]);
const ECDSA_WITH_SHA256 = der(SEQUENCE, objectId('2a8648ce3d040302'));
/** From 2000 on; the end is the one that means none. */
const FOR_EVER = der(SEQUENCE, der(UTC_TIME, ascii('000101000000Z')), der(GENERALIZED_TIME, ascii('99991231235959Z')));
const FOR_CLIENTS = der(
  SEQUENCE,
  objectId(EXTENDED_KEY_USAGE),
  der(OCTET_STRING, der(SEQUENCE, objectId(CLIENT_AUTH))),
);

const nameOf = (attribute: string, value: string): Buffer =>
  der(SET, der(SEQUENCE, objectId(attribute), der(UTF8_STRING, Buffer.from(value))));

function objectId(hex: string): Buffer {
  return der(OBJECT_ID, Buffer.from(hex, 'hex'));
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'ascii');
}

/** A value in the encoding of certificates: its tag, its length in as few bytes as that takes, and what it is made of. */
function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from([tag, ...(length < 0x80 ? [length] : long)]), content]);
}
