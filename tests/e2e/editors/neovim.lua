-- With the configuration of docs/editors.md: opens the file in $FILE, writes it, which fixes and formats it, renames a
-- stage, writes it again and says what the server told.
local out = {}
local function say(text) table.insert(out, text) end
local function finish(code)
  vim.fn.writefile(out, vim.env.REPORT)
  vim.cmd(code == 0 and 'qa!' or 'cq!')
end
local function check(ok, what)
  if not ok then
    say('failed: ' .. what)
    finish(1)
  end
end

local ok, err = pcall(function()
  vim.cmd('edit ' .. vim.env.FILE)
  local buffer = vim.api.nvim_get_current_buf()
  check(vim.bo.filetype == 'dockerfile', 'the file type is known')
  local client
  vim.wait(20000, function()
    client = vim.lsp.get_active_clients()[1]
    return client and vim.lsp.buf_is_attached(buffer, client.id)
  end)
  check(client and client.name == 'dlint', 'the server starts')

  local function diagnostics() return vim.diagnostic.get(buffer) end
  local function has(code)
    for _, each in ipairs(diagnostics()) do
      if each.code == code then return true end
    end
    return false
  end
  check(vim.wait(20000, function() return has('DL3014') and has('BK004') end), 'the diagnostics come')
  for _, each in ipairs(diagnostics()) do say(each.code .. ' ' .. each.lnum .. ':' .. each.col) end

  local function request(method, params)
    local answer = client.request_sync(method, params, 20000, buffer)
    check(answer and not answer.err, method)
    return answer.result
  end

  -- Fixes all that is safe, and formats.
  vim.cmd('write')
  check(vim.wait(20000, function() return not has('DL3014') and not has('BK004') end), 'what was fixed is gone')

  vim.fn.search('AS one')
  vim.cmd('normal! W')
  local where = vim.lsp.util.make_position_params()
  where.newName = 'builder'
  vim.lsp.util.apply_workspace_edit(request('textDocument/rename', where), client.offset_encoding)

  vim.cmd('write')
  client.stop()
  check(vim.wait(20000, function() return client.is_stopped() end), 'the server ends')
end)
if not ok then
  say('failed: ' .. tostring(err))
  finish(1)
end
finish(0)
