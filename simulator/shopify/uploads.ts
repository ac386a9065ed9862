/*
 * Staged uploads: the shop hands out an address and a signed form, the file goes there by multipart POST (every parameter,
 * the file last) or by PUT, and from then on it is known by the form's `key`. Uploads are not part of the shop's memory.
 */

import { createHash } from 'node:crypto'
import { seededUuid } from './ids.ts'

/** As the policy of the real form says, decoded. */
export const UPLOAD_BYTES_MAX = 104_857_600
/** Old files go, as the real ones do after a while. */
const UPLOADS_KEPT_MAX = 20

export type StagedTarget = { url: string; resourceUrl: string | null; parameters: { name: string; value: string }[] }
export type UploadAnswer = { status: number; xml: string }

export class Uploads {
  readonly #issued = new Map<string, { name: string; value: string }[]>()
  readonly #files = new Map<string, Buffer>()
  readonly #seed: number
  #count = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  issue(filename: string, of: { baseUrl: string; httpMethod: string; mimeType: string; now: number }): StagedTarget {
    this.#count += 1
    const key = `tmp/${this.#seed}/bulk/${seededUuid(this.#seed, 1_000_000 + this.#count)}/${filename}`
    const signature = createHash('sha256').update(key).digest('hex')
    if (of.httpMethod === 'PUT') {
      this.#issued.set(key, [])
      const url = `${of.baseUrl}/_staged/${key}?X-Goog-Expires=604800&X-Goog-Signature=${signature}`
      return { url, resourceUrl: url, parameters: [{ name: 'content_type', value: of.mimeType }] }
    }
    const policy = { conditions: [{ key }, ['content-length-range', 1, UPLOAD_BYTES_MAX]], expiration: new Date(of.now + 86_400_000) }
    const parameters = [
      { name: 'Content-Type', value: of.mimeType },
      { name: 'success_action_status', value: '201' },
      { name: 'acl', value: 'private' },
      { name: 'key', value: key },
      { name: 'x-goog-algorithm', value: 'GOOG4-RSA-SHA256' },
      { name: 'x-goog-signature', value: signature },
      { name: 'policy', value: Buffer.from(JSON.stringify(policy)).toString('base64') },
    ]
    this.#issued.set(key, parameters)
    return { url: `${of.baseUrl}/_staged/`, resourceUrl: null, parameters }
  }

  /** The form, as it came. */
  post(contentType: string, body: Buffer): UploadAnswer {
    const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType)
    if (boundary === null)
      return refused(400, 'MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.')
    const parts = partsOf(body, (boundary[1] ?? boundary[2]) as string)
    const at = parts.findIndex(part => part.name === 'file')
    const file = parts[at]
    if (file === undefined) return refused(400, 'InvalidArgument', 'POST requires exactly one file upload per request.')
    // Whatever stands behind the file is not looked at.
    const fields = new Map(parts.slice(0, at).map(part => [part.name, part.bytes.toString('utf8')]))
    const key = fields.get('key') ?? ''
    const issued = this.#issued.get(key)
    if (issued === undefined) return refused(403, 'AccessDenied', 'Access denied.')
    const wrong = issued.find(parameter => fields.get(parameter.name) !== parameter.value)
    if (wrong !== undefined) return refused(403, 'AccessDenied', `Invalid according to Policy: Policy Condition failed: ${wrong.name}.`)
    if (file.bytes.length === 0) return refused(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size.')
    if (file.bytes.length > UPLOAD_BYTES_MAX)
      return refused(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.')
    this.#keep(key, file.bytes)
    const etag = createHash('md5').update(file.bytes).digest('hex')
    return {
      status: 201,
      xml: `<?xml version='1.0' encoding='UTF-8'?><PostResponse><Bucket>shopify-staged-uploads</Bucket><Key>${key}</Key><ETag>"${etag}"</ETag></PostResponse>`,
    }
  }

  put(key: string, body: Buffer): UploadAnswer {
    if (!this.#issued.has(key)) return refused(403, 'AccessDenied', 'Access denied.')
    this.#keep(key, body)
    return { status: 200, xml: '' }
  }

  file(key: string): Buffer | null {
    return this.#files.get(key) ?? null
  }

  #keep(key: string, bytes: Buffer): void {
    this.#files.delete(key)
    this.#files.set(key, bytes)
    for (const old of [...this.#files.keys()].slice(0, Math.max(0, this.#files.size - UPLOADS_KEPT_MAX))) this.#files.delete(old)
  }
}

export function checksumOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function refused(status: number, code: string, message: string): UploadAnswer {
  return { status, xml: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>` }
}

/** The parts of a multipart body. A part without a name is left out. */
function partsOf(body: Buffer, boundary: string): { name: string; bytes: Buffer }[] {
  const mark = Buffer.from(`--${boundary}`)
  const parts: { name: string; bytes: Buffer }[] = []
  let start = body.indexOf(mark)
  while (start >= 0) {
    const end = body.indexOf(mark, start + mark.length)
    if (end < 0) break
    const part = body.subarray(start + mark.length + 2, end - 2)
    const headEnd = part.indexOf('\r\n\r\n')
    const name = headEnd < 0 ? null : /name="([^"]*)"/.exec(part.subarray(0, headEnd).toString('utf8'))
    if (name !== null) parts.push({ name: name[1] as string, bytes: part.subarray(headEnd + 4) })
    start = end
  }
  return parts
}
