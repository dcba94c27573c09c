/** The worker thread that reads and compiles one model. */
import { parentPort } from 'node:worker_threads';
import { compilerJobs } from './jobs/compiler.ts';
import type { JobRequest } from './jobs/messages.ts';
import { serveJobs } from './jobs/serve.ts';

const port = parentPort;
if (!port) throw new Error('This module runs in a worker thread.');
const serve = serveJobs(compilerJobs(), (reply) => port.postMessage(reply));
port.on('message', (request: JobRequest) => void serve(request));
