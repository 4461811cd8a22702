// Which certificate a server shows.

import { connect } from 'node:tls';

/** Fingerprint of what listens there. */
export function servedBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // Which certificate, not whether it is good: the API server judges that.
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
