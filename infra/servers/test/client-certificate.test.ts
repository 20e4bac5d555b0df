import { X509Certificate, createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeClientCertificate } from '../src/kubernetes/client-certificate.ts';

test('a client certificate names the user and the group, is for clients alone, signed by its own key, and stays good', () => {
  const { certificate, key } = makeClientCertificate('api-server', `a group with a long name ${'x'.repeat(300)}`);
  const read = new X509Certificate(certificate);
  expect(read.subject).toBe(`O=a group with a long name ${'x'.repeat(300)}\nCN=api-server`);
  expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(read.checkIssued(read) && read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect([read.validFromDate.getUTCFullYear(), read.validToDate.getUTCFullYear()]).toEqual([2000, 9999]);
});
