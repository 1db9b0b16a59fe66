import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An authority made by openssl in a folder, and certificates for localhost that it signs. */
export interface Authority {
  /** In PEM. */
  readonly certificate: string;
  readonly pin: string;
  /** PEM files of a certificate for localhost, with the authority's behind it, and of its key. */
  issue(name: string): { readonly certificatePath: string; readonly keyPath: string; readonly pin: string };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function makeAuthority(folder: string, name: string): Authority {
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const subject = ['-subj', `/CN=${name}`, '-days', '30'];
  openssl('req', '-x509', ...NEW_KEY, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), ...subject);
  const certificate = readFileSync(at(`${name}.pem`), 'utf8');
  /** As people make a pin: by openssl, and not by the code under test. */
  const pinOf = (file: string) => {
    const pem = openssl('x509', '-in', file, '-noout', '-pubkey');
    const der = execFileSync('openssl', ['pkey', '-pubin', '-outform', 'der'], { input: pem });
    return `sha256:${execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: der }).toString().slice(0, 64)}`;
  };
  return {
    certificate,
    pin: pinOf(at(`${name}.pem`)),
    issue(leaf) {
      const [certificatePath, keyPath] = [at(`${leaf}.pem`), at(`${leaf}.key`)];
      const extensions = at(`${leaf}.ext`);
      writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n');
      openssl('req', ...NEW_KEY, '-keyout', keyPath, '-out', at(`${leaf}.csr`), '-subj', `/CN=${leaf}`);
      const ca = ['-CA', at(`${name}.pem`), '-CAkey', at(`${name}.key`), '-CAcreateserial'];
      const signed = ['-in', at(`${leaf}.csr`), '-out', certificatePath, '-days', '30', '-extfile', extensions];
      openssl('x509', '-req', ...ca, ...signed);
      const pin = pinOf(certificatePath);
      writeFileSync(certificatePath, readFileSync(certificatePath, 'utf8') + certificate);
      return { certificatePath, keyPath, pin };
    },
  };
}
