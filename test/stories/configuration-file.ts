const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPU6vLv5vVzJ0aPnK0mFXTJZ5VwhYp9VJ7y3hQnUeWmB'

/** A configuration that says something in every section, as a person would write it. */
export const FILE = `# What an ERP and two shops need.
version: 1
facilities:
  - { code: W1, name: Warehouse, externalId: "001" }
  - { code: S1, name: High street, type: RETAIL_STORE, allowPickup: false }
  - { code: S2, name: Station, type: RETAIL_STORE }
groups:
  - { code: ONLINE, name: Online, facilities: [W1, S1], holdPreorder: true }
sources:
  - name: netsuite
    host: sftp.example.org
    user: erp
    proof: password
    secret: env:ERP_PASSWORD
    root: /out
    hostKey: { type: ssh-ed25519, fingerprint: "SHA256:${'a'.repeat(43)}" }
feeds:
  - name: counts
    layout: RESET_INVENTORY
    folder: counts
    follows: products-of-erp
    door: remote
    source: netsuite
    remoteFolder: /out/stock
    priority: 2
    settings:
      mapping:
        columns:
          - { to: facilityId, from: { column: Lager }, translate: { "01": W1, "02": S1 }, otherwise: reject }
          - { to: productId, from: { column: Artikel } }
      rows: { negative: floor }
      due: { at: ["03:30"], zone: Europe/Berlin }
  - { name: products-of-erp, layout: PRODUCTS, folder: products-of-erp }
shops:
  - code: corner
    name: Corner
    url: https://corner.example/
    token: env:CORNER_TOKEN
    accessScope: SHOP_RW_ACCESS
    clientId: app-1
    clientSecret: env:CORNER_SECRET
    choice: { tags: [online], vendors: [Acme] }
    locations:
      - { gid: gid://shopify/Location/1, name: Corner shop, facility: S1 }
      - { gid: gid://shopify/Location/2, name: Web, group: ONLINE, weight: 3 }
  - { code: outlet, name: Outlet, url: https://outlet.example, token: file:outlet.token, tokenKind: client_credentials, clientId: app-2, clientSecret: env:OUTLET_SECRET, written: on_hand, searchLagSeconds: 90 }
ruleGroups:
  - name: Safety
    kind: RG_SAFETY_STOCK
    sequence: 5
    rules:
      - { name: Two for shoes, units: 2, typesAny: [Shoes, shoes, Boots], facilitiesAny: [W1], fromAt: "2026-11-27T00:00:00.000Z" }
      - { name: Not yet, units: 9, status: draft }
schedules:
  - { job: JOB_UL_PRCS, shop: corner, cron: "*/5 * * * *", timeZone: Europe/Berlin }
  - { job: Hard Sync, cron: "0 3 * * *", timeZone: Europe/Berlin, paused: stocktaking, people: [ada] }
  - { job: Import Inventory, source: netsuite, cron: "30 2 * * *", timeZone: Europe/Berlin, isRealTime: false }
users:
  - { name: olga, role: operator }
tokens:
  - { name: warehouse, role: viewer, scopes: [feed, orders], expiresAt: "2027-06-30T00:00:00.000Z", token: env:WAREHOUSE_TOKEN }
dropUsers:
  - { name: dc1, home: erp, password: env:DC1_PASSWORD, publicKeys: ["${KEY} dc1@example.org"] }
alerts:
  - { name: desk, kind: email, address: stock@example.org, severityLeast: stop, shops: [corner], quietFrom: 22, quietTo: 6, dailyHour: 7 }
  - { name: chat, kind: slack, address: env:CHAT_ADDRESS }
  - { name: hook, kind: webhook, address: "https://hook.example/trueup", secret: env:HOOK }
`
