/* The search: results while somebody types.  Without this script the page is the whole list. */
(function () {
  'use strict'
  var form = document.getElementById('search')
  var box = form.elements.q
  var list = document.getElementById('results')
  var status = document.getElementById('found')
  var most = 20
  var index, streets
  var cut = false
  var entries = window.siteEntries || []

  function plain (text) {
    return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  }

  function made () {
    if (index) return index
    index = new window.MiniSearch({
      fields: ['words', 'joined'],
      processTerm: plain,
      searchOptions: {
        prefix: true,
        fuzzy: function (term) { return term.length > 3 ? 1 : false },
        boostDocument: function (id) { return / of /.test(entries[id][1]) ? 0.5 : 1 }
      }
    })
    index.addAll(entries.map(function (each, id) {
      return { id: id, words: each[0].replace(/_/g, ' '), joined: each[0].replace(/[\s_-]/g, '') }
    }))
    return index
  }

  // Streets come from a file of their own, which is large: it is asked for when somebody begins to type.
  function fetchStreets () {
    if (streets || !form.dataset.streets) return
    streets = []
    var script = document.createElement('script')
    script.src = form.dataset.streets
    script.onload = function () { streets = window.siteStreets || []; show() }
    document.head.appendChild(script)
  }

  function inStreets (text) {
    var wanted = plain(text)
    if (wanted.length < 3) return []
    return (streets || []).filter(function (each) {
      return (' ' + plain(each[0])).indexOf(' ' + wanted) !== -1
    }).slice(0, 20)
  }

  function found (text) {
    var words = text.trim()
    if (!words) return []
    var joined = words.replace(/[\s_-]/g, '')
    var hits = made().search({ combineWith: 'OR', queries: [{ queries: [words], combineWith: 'AND' }, joined] })
    cut = hits.length > most
    var near = inStreets(words)
    return near.filter(function (each) { return plain(each[0]) === plain(words) })
      .concat(hits.slice(0, most).map(function (hit) { return entries[hit.id] }))
      .concat(near.filter(function (each) { return plain(each[0]) !== plain(words) }))
  }

  function show () {
    var hits = found(box.value)
    list.replaceChildren()
    hits.forEach(function (each) {
      var item = document.createElement('li')
      var link = document.createElement('a')
      var kind = document.createElement('span')
      link.href = each[2]
      link.textContent = each[0]
      kind.className = 'none'
      kind.textContent = ' ' + each[1]
      item.append(link, kind)
      list.append(item)
    })
    var asked = box.value.trim()
    var said = hits.length === 1 ? '1 result' : (hits.length || 'No') + ' results'
    status.textContent = !asked ? '' : said + (cut && hits.length ? ', and more: type on' : '')
  }

  function move (event) {
    var links = Array.prototype.slice.call(list.querySelectorAll('a'))
    var at = links.indexOf(document.activeElement)
    if (event.key === 'ArrowDown' && links[at + 1]) links[at + 1].focus()
    else if (event.key === 'ArrowUp' && at > 0) links[at - 1].focus()
    else if (event.key === 'ArrowUp' && at === 0) box.focus()
    else return
    event.preventDefault()
  }

  box.addEventListener('input', show)
  box.addEventListener('focus', fetchStreets)
  form.addEventListener('keydown', move)
  form.addEventListener('submit', function (event) {
    event.preventDefault()
    var first = list.querySelector('a')
    if (first) window.location.href = first.href
  })
  box.value = new URLSearchParams(window.location.search).get('q') || ''
  form.hidden = false
  if (box.value) fetchStreets()
  show()
})()
