/* All rows of the newest release, in the page: sorted, filtered, 50 at a time.  From a web server only: a page that was
   opened from a folder may not read the file beside it. */
(function () {
  'use strict'
  var place = document.getElementById('viewer')
  if (!place || !/^https?:$/.test(window.location.protocol)) return
  var size = 50
  var most = 300000
  var mark = '#rows?'
  var open = place.querySelector('button')
  var columns = []
  var rows = []
  var view = { sort: '', down: false, filter: '', page: 0 }
  place.hidden = false

  function text (value) {
    if (value === null || value === undefined) return ''
    if (value instanceof Date) return value.toISOString().slice(0, value.getTime() % 86400000 ? 19 : 10)
    return String(value)
  }

  function made (name, facts, inside) {
    var element = Object.assign(document.createElement(name), facts)
    ;(inside || []).forEach(function (each) { element.append(each) })
    return element
  }

  function shown () {
    var wanted = view.filter.toLowerCase()
    var found = !wanted ? rows.slice() : rows.filter(function (row) {
      return columns.some(function (name) { return text(row[name]).toLowerCase().indexOf(wanted) !== -1 })
    })
    if (!view.sort) return found
    var sign = view.down ? -1 : 1
    return found.sort(function (a, b) {
      var one = a[view.sort]
      var two = b[view.sort]
      if (one === two) return 0
      if (one === null || one === undefined) return 1
      if (two === null || two === undefined) return -1
      return one < two ? -sign : sign
    })
  }

  var filter = made('input', { type: 'search', id: 'rows-filter' })
  var said = made('p', { id: 'rows-found' })
  var head = made('tr')
  var body = made('tbody')
  var back = made('button', { type: 'button', textContent: 'Rows before' })
  var next = made('button', { type: 'button', textContent: 'Rows behind' })
  said.setAttribute('role', 'status')

  function draw () {
    var found = shown()
    var pages = Math.max(1, Math.ceil(found.length / size))
    view.page = Math.min(Math.max(0, view.page), pages - 1)
    said.textContent = found.length.toLocaleString('en-GB') + ' of ' + rows.length.toLocaleString('en-GB') +
      ' rows. Page ' + (view.page + 1).toLocaleString('en-GB') + ' of ' + pages.toLocaleString('en-GB') + '.'
    head.replaceChildren.apply(head, columns.map(function (name) {
      var button = made('button', { type: 'button', textContent: name })
      var cell = made('th', { scope: 'col' }, [button])
      if (name === view.sort) cell.setAttribute('aria-sort', view.down ? 'descending' : 'ascending')
      button.addEventListener('click', function () {
        view.down = view.sort === name && !view.down
        view.sort = name
        view.page = 0
        draw()
        head.querySelectorAll('button')[columns.indexOf(name)].focus()
      })
      return cell
    }))
    body.replaceChildren.apply(body, found.slice(view.page * size, (view.page + 1) * size).map(function (row) {
      return made('tr', {}, columns.map(function (name) { return made('td', { textContent: text(row[name]) }) }))
    }))
    back.disabled = view.page === 0
    next.disabled = view.page === pages - 1
    var state = new URLSearchParams({ sort: view.sort, down: view.down ? '1' : '', filter: view.filter, page: view.page })
    window.history.replaceState(null, '', mark + state)
  }

  function build () {
    var caption = made('caption', { textContent: 'All rows of ' + place.dataset.said })
    var table = made('table', { className: 'rows' }, [caption, made('thead', {}, [head]), body])
    var box = made('div', { className: 'scroll', tabIndex: 0 }, [table])
    box.setAttribute('role', 'group')
    box.setAttribute('aria-label', caption.textContent)
    filter.value = view.filter
    filter.addEventListener('input', function () { view.filter = filter.value; view.page = 0; draw() })
    back.addEventListener('click', function () { view.page -= 1; draw() })
    next.addEventListener('click', function () { view.page += 1; draw() })
    place.replaceChildren(
      made('label', { htmlFor: filter.id, textContent: 'Only rows that hold' }), filter, said, box,
      made('p', { className: 'buttons' }, [back, next])
    )
    draw()
    filter.focus()
  }

  function fail () {
    open.disabled = false
    place.append(made('p', { textContent: 'The rows could not be shown here. The files below hold them all.' }))
  }

  async function read () {
    var parquet = window.Parquet
    var file = await parquet.asyncBufferFromUrl({ url: place.dataset.file })
    var metadata = await parquet.parquetMetadataAsync(file)
    if (Number(metadata.num_rows) > most) throw new Error('too many rows for a page')
    columns = parquet.parquetSchema(metadata).children.map(function (each) { return each.element.name })
    var unpack = function (input, length) { return parquet.decompress(input, new Uint8Array(length)) }
    rows = await parquet.parquetReadObjects({ file: file, metadata: metadata, compressors: { ZSTD: unpack } })
    build()
  }

  function start () {
    open.disabled = true
    var script = made('script', { src: place.dataset.script })
    script.onload = function () { read().catch(fail) }
    script.onerror = fail
    document.head.append(script)
  }

  open.addEventListener('click', start)
  if (window.location.hash.indexOf(mark) === 0) {
    var given = new URLSearchParams(window.location.hash.slice(mark.length))
    view.sort = given.get('sort') || ''
    view.down = given.get('down') === '1'
    view.filter = given.get('filter') || ''
    view.page = Number(given.get('page')) || 0
    start()
  }
})()
